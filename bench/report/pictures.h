/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PICTURES_H
#define REPORT_PICTURES_H

#include "page.h"

/*
 * Have gnuplot draw a report's pictures, in a temporary folder, into its pictures and
 * symbols: of each workload with a result its throughput, latency and cost. An exit
 * status, with what is wrong said on stderr. pictures_free frees them, also after a failure.
 */
int pictures_draw(struct report *report);

void pictures_free(struct report *report);

#endif
