/* SPDX-License-Identifier: MIT */
/*
 * primes: count the primes below n by trial division. The answer is known:
 * OEIS A006880 for powers of ten, a sieve for any other n.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "below",
		.unit = "",
		.summary = "count the primes below this",
		.initial = "50000",
		.max = 100000000 },
	{ 0 },
};

/* OEIS A006880: how many primes there are below 10^n. */
static const uint32_t below_power_of_ten[] = { 0, 4, 25, 168, 1229, 9592, 78498, 664579, 5761455 };

static int known(uint32_t below, uint64_t *count)
{
	uint32_t power = 1;

	for (size_t n = 0; n < sizeof below_power_of_ten / sizeof *below_power_of_ten; n++) {
		if (power == below) {
			*count = below_power_of_ten[n];
			return 1;
		}
		power *= 10;
	}
	return 0;
}

/* Eratosthenes: another way than the task's to the same number. */
static int sieve(uint32_t below, uint64_t *count)
{
	char *composite = calloc(below + 1, 1);

	if (!composite)
		return -ENOMEM;
	*count = 0;
	for (uint64_t n = 2; n < below; n++) {
		if (composite[n])
			continue;
		++*count;
		for (uint64_t multiple = n * n; multiple < below; multiple += n)
			composite[multiple] = 1;
	}
	free(composite);
	return 0;
}

static int setup(struct work *work)
{
	uint32_t below = param_number(work->params, "below");

	work->state = (void *)(uintptr_t)below;
	if (known(below, &work->expected))
		return 0;
	return sieve(below, &work->expected);
}

static int is_prime(uint32_t n)
{
	if (n % 2 == 0)
		return n == 2;
	for (uint32_t divisor = 3; divisor * divisor <= n; divisor += 2)
		if (n % divisor == 0)
			return 0;
	return n > 1;
}

struct range {
	uint32_t below;
	uint64_t primes; /* out */
};

static void count(void *arg)
{
	struct range *range = arg;
	uint64_t primes = 0;

	for (uint32_t n = 2; n < range->below; n++)
		primes += is_prime(n);
	range->primes = primes;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct range range = { .below = (uintptr_t)work->state };
	int err = io_compute(count, &range);

	(void)i;
	*digest = range.primes;
	return err;
}

const struct workload workload_primes = {
	.name = "primes",
	.summary = "count primes by trial division",
	.kind = WORKLOAD_CPU,
	.params = params,
	.tasks = 64,
	.setup = setup,
	.task = task,
};
