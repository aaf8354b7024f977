/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_SERVICE_H
#define WORKLOADS_SERVICE_H

/* Rows that the services' tables of parameters share: the server's, then the load's. */
#include "workload.h"

/* clang-format off */
#define SERVICE_IDLE { .name = "idle_ms", .unit = "ms", \
	.summary = "close a connection that says nothing for so long", \
	.initial = "60000", .min = 1, .max = 86400000 }
#define SERVICE_HEADER { .name = "header_ms", .unit = "ms", \
	.summary = "close a connection whose request takes longer to come", \
	.initial = "10000", .min = 1, .max = 86400000 }
#define SERVICE_KEEP_ALIVE { .name = "keep_alive", .unit = "", \
	.summary = "1: a connection serves many requests; 0: one a request", \
	.initial = "1", .max = 1 }
#define SERVICE_LOAD \
	{ .name = "pin", .unit = "", \
		.summary = "1: server and load on CPUs of their own, where there are two", \
		.initial = "1", .max = 1 }, \
	{ .name = "rate_per_s", .unit = "1/s", \
		.summary = "how many arrive; 0: the next when one is answered", \
		.initial = "0", .max = 10000000 }, \
	{ .name = "arrivals", .summary = "how they do", \
		.initial = "poisson", .choices = "poisson|constant" }, \
	{ .name = "warmup_ms", .unit = "ms", .summary = "load before the measurement", \
		.initial = "200", .max = 600000 }, \
	{ .name = "duration_ms", .unit = "ms", .summary = "length of the measurement", \
		.initial = "1000", .min = 1, .max = 86400000 }
/* clang-format on */

#endif
