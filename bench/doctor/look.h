/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_LOOK_H
#define DOCTOR_LOOK_H

/* What the checks have in common: reading a machine's files, and telling what was found. */
#include <stdbool.h>
#include <stddef.h>

#include "examine.h"

/*
 * The beginning of a file, as much as fits, without the line's end at its end.
 * Returns whether it could be read.
 */
bool read_text(const struct machine *machine, const char *path, char *text, size_t size);

/* The first number behind a key ("Uid:") in this process' status; -1: unknown. */
long read_own_status(const struct machine *machine, const char *key);

/* A file's first number. Returns whether it has one. */
bool read_number(const struct machine *machine, const char *path, double *number);

/* Whether there is such a file or folder. */
bool is_there(const struct machine *machine, const char *path);

/* Less memory than this, whoever limits it, is too little. */
enum { MEMORY_LEAST_MIB = 1024 };

/* Say what was found, how bad that is. */
__attribute__((format(printf, 3, 4))) void tell(
	struct symptom *symptom, enum severity severity, const char *format, ...);

/* That a file cannot be read, and what then is not known. */
void tell_unreadable(struct symptom *symptom, const char *path);

/* Say what to do about it, where the check's own words do not. */
__attribute__((format(printf, 2, 3))) void advise(struct symptom *symptom, const char *format, ...);

/* The functions of the table. */
typedef void look_fn(const struct machine *machine, struct symptom *symptom);
look_fn look_jitter, look_steal, look_load, look_governor, look_turbo, look_smt, look_cpus,
	look_clocksource, look_virtual;
look_fn look_cpu_quota, look_memory_limit, look_pids_limit, look_open_files, look_processes,
	look_mappings;
look_fn look_somaxconn, look_ports, look_reuse, look_aslr, look_swap, look_thp, look_memory,
	look_overcommit, look_ptrace, look_perf;
look_fn look_build, look_models, look_gnuplot, look_hyperfine, look_valgrind;

#endif
