/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPLETION_H
#define BENCH_COMPLETION_H

/* Scripts with which a shell completes concbench's arguments, made of the commands' tables. */
#include <stdbool.h>
#include <stdio.h>

#include "command.h"

/* `concbench completion bash|zsh|fish`: prints it. */
extern const struct command completion_command;

/* The whole of a script; for each command that is for people. */
void completion_bash(FILE *out);
void completion_zsh(FILE *out);
void completion_fish(FILE *out);

/* What a command takes without an option, as if it were one's argument. */
struct command_option completion_operand(const struct command *command);

/* Whether the argument is a list with commas. */
bool completion_is_list(const struct command_option *option);

/* Print the words that an argument can be, a space between two; nothing where none are known. */
void completion_words(const struct command_option *option, FILE *out);

/* Print the last word of a command's name: "add" of "history add". */
const char *completion_last_word(const struct command *command);

#endif
