/* SPDX-License-Identifier: MIT */
#ifndef MODELS_CPUS_H
#define MODELS_CPUS_H

/* How many CPUs this process may run on. */
int cpus_count(void);

#endif
