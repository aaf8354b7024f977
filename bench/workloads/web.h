/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_WEB_H
#define WORKLOADS_WEB_H

/* What the workloads that talk HTTP share: whom they ask, and what must come back. */
#include <stdbool.h>
#include <stddef.h>

#include "workload.h"

struct web {
	char url[512];
	uint64_t body_bytes; /* of the answer */
	int64_t timeout_ns;  /* for a whole request */
	bool fresh_connection;
};

/* Rows for a workload's table of parameters. */
/* clang-format off */
#define WEB_URL { .name = "url", .summary = "ask this server instead of the embedded origin", .initial = "" }
#define WEB_DELAY(default_ms) { .name = "delay_ms", .unit = "ms", \
	.summary = "the origin waits so long before it answers", .initial = (default_ms), .max = 60000, \
	.unless = "url" }
#define WEB_BODY { .name = "body_bytes", .unit = "bytes", .summary = "what the origin answers", \
	.initial = "4096", .max = 16777216, .unless = "url" }
#define WEB_TIMEOUT { .name = "timeout_ms", .unit = "ms", .summary = "give a request up after", \
	.initial = "10000", .min = 1, .max = 3600000 }
/* clang-format on */

/*
 * Aim web at url, or where that is empty start the origin, for body_bytes
 * after delay_us; learn work->expected, the digest of the body. Reads
 * parameter timeout_ms. 0 or -errno with work->reason.
 */
int web_setup(struct work *work, struct web *web, const char *url, uint64_t body_bytes,
	uint64_t delay_us);

/* A workload's teardown that frees work->state. */
void web_teardown(struct work *work);

/* The digest of a body: XXH3, 64 bits. */
uint64_t web_digest(const void *body, size_t size);

/* What a fetch came to: 0 where the status is 200, else a -errno. */
int web_status(int status);

#endif
