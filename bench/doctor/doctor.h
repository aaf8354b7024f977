/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

/* What on this machine will spoil a measurement: `concbench doctor`, and a run's warnings. */
#include <jansson.h>

#include "../command.h"

/*
 * The warnings about this machine as texts, "NAME: what was found", after a probe
 * of so many seconds on all CPUs (0: without one). A new reference.
 */
json_t *doctor_warnings(double probe_s);

/*
 * Look at who else uses the CPUs before so many trials begin, where they are so many
 * that 2 s are nothing beside them, and have the warnings of a results object tell of
 * it. Not thread-safe.
 */
void doctor_probe(json_t *root, size_t trials);

extern const struct command doctor_command;

#endif
