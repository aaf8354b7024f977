/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_EXAMINE_H
#define DOCTOR_EXAMINE_H

/*
 * What on a machine will spoil a measurement, and what it lacks. Each check looks
 * at one thing, below a folder that stands for /, so that a made-up /proc and /sys
 * can be examined as well.
 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "probe.h"

struct model;

/* From best to worst. What cannot be read is unknown, never ok. */
enum severity { SEVERITY_OK, SEVERITY_UNKNOWN, SEVERITY_NOTE, SEVERITY_WARNING };

/* How long the CPUs are probed. */
enum { PROBE_S = 2 };

enum { FOUND_MAX = 512, ADVICE_MAX = 256, SYMPTOMS_MAX = 40 };

/* What is examined. */
struct machine {
	const char *root;  /* the folder in which its /proc, /sys and / lie; "" for this machine */
	const char *path;  /* where its programs are, as PATH has it */
	const char *flags; /* that this program was built with */
	int cpus;          /* that a run may use */
	int online;        /* CPUs that all of its programs share */
	const struct model *const *models; /* closed by NULL */
	const struct probe *probe;         /* NULL: not probed */
};

struct check;

struct symptom {
	const struct check *check;
	enum severity severity;
	char found[FOUND_MAX];   /* a sentence, without the full stop */
	char advice[ADVICE_MAX]; /* where the check's own does not say enough */
};

/* One thing to look at. */
struct check {
	const char *name;
	void (*look)(const struct machine *machine, struct symptom *symptom);
	const char *why;    /* it matters, as a sentence */
	const char *advice; /* what to do, with the exact command; NULL where look tells */
};

/* All of them; closed by a row without a name. */
extern const struct check checks[];

struct symptoms {
	struct symptom list[SYMPTOMS_MAX];
	size_t count, warnings;
};

/* This machine, not probed. It points to what stays as long as the environment does. */
struct machine machine_here(void);

/* Make every check, the worst symptoms first, else in the order of the checks. Thread-safe. */
void doctor_examine(const struct machine *machine, struct symptoms *symptoms);

/* What `concbench doctor` prints: in lines of at most 80 columns, or one object. */
void doctor_print(const struct symptoms *symptoms, FILE *out);
json_t *doctor_json(const struct symptoms *symptoms, const struct probe *probe);

#endif
