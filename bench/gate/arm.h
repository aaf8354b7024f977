/* SPDX-License-Identifier: MIT */
#ifndef GATE_ARM_H
#define GATE_ARM_H

/* One of the two programs that a gate holds against each other, or of two commands. */
#include <jansson.h>
#include <stdbool.h>

enum side { BASE, HEAD, SIDES };

struct arm {
	const char *name;      /* as asked for */
	char git[80];          /* its commit, or "" */
	bool dirty;            /* built from a tree with changes that are not committed */
	char program[1024];    /* its path; "" for a command */
	const char *command;   /* for sh -c */
	double inject_percent; /* self-test: so many of its tasks do their work twice */
	bool inject_call;      /* self-test: a system call more each task */
	json_t *known;         /* what its `list --json` tells */
	char folder[256];      /* of its own, where it was built or copied to; or "" */
};

/*
 * Make an arm of a commit, which is checked out in a worktree of its own and
 * built with the flags of this program, or of a program's path. 0; EXIT_USAGE
 * with what is wrong (of a build the compiler's output) said on stderr as of
 * command; EXIT_INTERRUPTED when *stop was set. Either way arm_free removes what was made.
 */
int arm_of_base(struct arm *arm, const char *command, const char *base, const volatile int *stop);

/*
 * Make the arm of this program, of a copy: pages of a program that runs already
 * would be shared with it, and count half. What should be known of its tree
 * goes to notes, unless that is NULL. As arm_of_base.
 */
int arm_of_head(struct arm *arm, const char *command, json_t *notes, const volatile int *stop);

/*
 * Make the arm of this program linked in another order (`make relinked`), so
 * that code and data lie elsewhere. As arm_of_base.
 */
int arm_of_relinked(struct arm *arm, const char *command, const volatile int *stop);

/* What its program tells of that workload (or model, by the list's key); NULL where it has none. */
const json_t *arm_knows(const struct arm *arm, const char *list, const char *name);

/* Remove the worktree and what else was made. */
void arm_free(struct arm *arm);

#endif
