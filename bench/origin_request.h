/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ORIGIN_REQUEST_H
#define BENCH_ORIGIN_REQUEST_H

/* What a request to the origin asks for, and the body that it gets. */
#include <http_parser.h>
#include <stddef.h>
#include <stdint.h>

enum { ORIGIN_WHY_BYTES = 128 };

struct origin_request {
	uint64_t bytes, delay_us;
	char why[ORIGIN_WHY_BYTES]; /* a line for a person, where the status is not 200 */
};

/*
 * Read the request for target, which is size bytes with room for one more and
 * is cut up by this. Gives the response's status.
 */
enum http_status origin_request_read(
	struct origin_request *request, enum http_method method, char *target, size_t size);

/*
 * Where the body's offset lies in memory, and how many of size bytes go on from
 * there. Call origin_request_init first.
 */
const unsigned char *origin_request_body(uint64_t offset, uint64_t size, size_t *run_bytes);

void origin_request_init(void);

#endif
