/* SPDX-License-Identifier: MIT */
#ifndef BENCH_VERSION_H
#define BENCH_VERSION_H

#include <stdio.h>

/* Print what `concbench --version` does: the version on a line of its own, then how it was built.
 */
void version_print(FILE *out);

#endif
