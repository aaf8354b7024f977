/* SPDX-License-Identifier: MIT */
#ifndef BENCH_JUNIT_H
#define BENCH_JUNIT_H

/*
 * JUnit XML, which CI systems show beside a change: as the junit-10 schema of
 * Jenkins' xUnit plugin has it, the strictest of its readers.
 */
#include <stddef.h>
#include <stdio.h>

enum junit_kind { JUNIT_PASSED, JUNIT_FAILURE, JUNIT_ERROR, JUNIT_SKIPPED };

/* Texts may hold anything: what XML forbids becomes U+FFFD. */
struct junit_case {
	const char *classname, *name;
	double time_s; /* NAN: unknown */
	enum junit_kind kind;
	const char *type, *message; /* of all but JUNIT_PASSED; NULL: left out */
};

struct junit_suite {
	const char *name;
	const char *started; /* UTC, as 2026-11-21T10:00:00Z; NULL: unknown */
	const struct junit_case *cases;
	size_t count;
};

/*
 * Write a document of suites, with their sums. The caller looks at out's error.
 * Thread-safe but for out.
 */
void junit_write(const char *name, const struct junit_suite *suites, size_t count, FILE *out);

#endif
