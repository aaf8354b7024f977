/* SPDX-License-Identifier: MIT */
#include "rng.h"

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void rng_seed(struct rng *rng, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		rng->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/*
 * The high half of a 64 x 64 bit product falls in 0 .. limit - 1. 2^64 mod
 * limit of the low halves make some results likelier than others; those, the
 * smallest low halves, are drawn again.
 */
uint64_t rng_below(struct rng *rng, uint64_t limit)
{
	unsigned __int128 product = (unsigned __int128)rng_next(rng) * limit;

	if ((uint64_t)product < limit) {
		uint64_t surplus = -limit % limit;
		while ((uint64_t)product < surplus)
			product = (unsigned __int128)rng_next(rng) * limit;
	}
	return (uint64_t)(product >> 64);
}

static void swap(unsigned char *a, unsigned char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = a[i];
		a[i] = b[i];
		b[i] = byte;
	}
}

void rng_shuffle(struct rng *rng, void *array, size_t count, size_t size)
{
	unsigned char *bytes = array;

	for (size_t left = count; left > 1; left--)
		swap(bytes + (left - 1) * size, bytes + rng_below(rng, left) * size, size);
}
