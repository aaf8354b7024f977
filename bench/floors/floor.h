/* SPDX-License-Identifier: MIT */
#ifndef FLOORS_FLOOR_H
#define FLOORS_FLOOR_H

/* What the hand-written programs share: their arguments, the body's check, the clock. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>

enum { BODY_MAX = 65536 };

/* usage: PROGRAM URL REQUESTS CONCURRENCY BODY_DIGEST */
struct floor_job {
	const char *url;
	long requests;
	int concurrency;
	uint64_t digest; /* XXH3 of the body that must come; 0: print what comes first */
};

struct floor_body {
	size_t size;
	char data[BODY_MAX];
};

static inline struct floor_job floor_arguments(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: %s URL REQUESTS CONCURRENCY [BODY_DIGEST]\n", argv[0]);
		exit(2);
	}
	return (struct floor_job){ argv[1], atol(argv[2]), atoi(argv[3]),
		argc > 4 ? strtoull(argv[4], NULL, 16) : 0 };
}

/* libcurl's write callback into a struct floor_body. */
static inline size_t floor_receive(char *data, size_t one, size_t size, void *arg)
{
	struct floor_body *body = arg;

	(void)one;
	if (size > BODY_MAX - body->size)
		return 0;
	memcpy(body->data + body->size, data, size);
	body->size += size;
	return size;
}

/* The same check as concbench's: a wrong body ends the program. */
static inline void floor_check(const struct floor_job *job, struct floor_body *body)
{
	uint64_t digest = XXH3_64bits(body->data, body->size);

	body->size = 0;
	if (job->digest && digest != job->digest) {
		fprintf(stderr, "wrong body\n");
		exit(1);
	}
	if (!job->digest) {
		printf("%016llx\n", (unsigned long long)digest);
		exit(0);
	}
}

static inline double floor_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* The one number that each program prints. */
static inline void floor_report(const struct floor_job *job, double started_s)
{
	printf("%.1f\n", job->requests / (floor_seconds() - started_s));
}

#endif
