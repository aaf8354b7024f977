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

extern const struct command doctor_command;

#endif
