/* SPDX-License-Identifier: MIT */
#ifndef BENCH_INABILITY_H
#define BENCH_INABILITY_H

struct trial_spec;

/* Why the model of spec cannot run its workload, as a sentence; NULL where it can. Thread-safe. */
const char *inability(const struct trial_spec *spec);

#endif
