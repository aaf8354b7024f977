/* SPDX-License-Identifier: MIT */
#ifndef MAP_CROSSING_H
#define MAP_CROSSING_H

/* Where the throughputs of two models cross along a line of points. Thread-safe. */
#include <stddef.h>

#include "../rng.h"
#include "map.h"

/* A point of the line, at which both models have trials. */
struct line_point {
	double x;                       /* on the scale to interpolate on; rising */
	const struct map_sample *a, *b; /* the two */
	int sign;                       /* 1: a is told apart as faster, -1: b is; 0: neither */
};

/*
 * The x at which a and b are as fast, between two points that are told apart the
 * one way and the other and none in between is: where the logarithm of the ratio
 * of the medians, interpolated, is 0 (of several such places the middle one).
 * The 95 % interval is of the percentiles over resampled trials; it lies within the
 * two points. 0 or -ENOMEM.
 */
int crossing_between(const struct line_point *line, size_t count, struct rng *rng, double *at,
	double *low, double *high);

#endif
