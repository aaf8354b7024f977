/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_H
#define MAP_MAP_H

/*
 * The regime map: of a run of `mixed` over CPU shares and concurrencies, which
 * model is fastest at each point, and where one overtakes another. How it is
 * decided is in docs/method.md. A map points into the results that it was read
 * from, which must outlive it. Everything here is thread-safe.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MAP_MODELS_MAX = 26, MAP_EDGE_MAX = 24, MAP_AHEAD_MAX = 16, MAP_NONE = -1 };

/* Of the letters at most so large a share is expected to be chance; so of the differences. */
#define MAP_LEVEL 0.05

/* The fewest trials whose p can be as low as that: 2 of the 70 orders of 4 and 4. */
enum { MAP_TRIALS_LEAST = 4 };

/* A model's trials at a point. */
struct map_sample {
	double *per_s; /* throughput; n of them */
	size_t n;      /* 0: it has no number here */
	double median; /* NAN then */
};

/* A share and a concurrency. */
struct map_point {
	struct map_sample samples[MAP_MODELS_MAX];
	bool open;  /* a model has lost its number, which might be the highest */
	int best;   /* the model with the highest median; MAP_NONE: no number */
	int winner; /* the same, told apart from all others, none of which is lost; else MAP_NONE */
	double ahead;               /* its median over the next one's, less 1; NAN alone */
	double p, adjusted;         /* that it is not the best; NAN alone */
	bool among[MAP_MODELS_MAX]; /* those not told apart from the best, it included; if open none
	                             */
};

enum map_axis { MAP_CONCURRENCY, MAP_SHARE };

/* Along a row or a column of the map one model overtakes another. */
struct map_crossing {
	enum map_axis along;
	unsigned fixed;       /* the other coordinate */
	int from, to;         /* the models that are ahead before and after */
	double at, low, high; /* with its 95 % interval */
};

struct map {
	const char *models[MAP_MODELS_MAX];
	size_t model_count;
	unsigned shares[MAP_EDGE_MAX];        /* percent, rising */
	unsigned concurrencies[MAP_EDGE_MAX]; /* rising */
	size_t share_count, concurrency_count;
	struct map_point *points; /* see map_at */
	struct map_crossing *crossings;
	size_t crossing_count;
	size_t trials; /* the most of a point */
};

/*
 * Read the cells of `mixed` and decide. The seed is of the intervals. 0; -EINVAL
 * where there is no such cell; -E2BIG for more models, shares or concurrencies than
 * a map has; -ENOMEM. Only after 0 there is something to free.
 */
int map_read(struct map *map, const json_t *root);

void map_free(struct map *map);

struct map_point *map_at(const struct map *map, size_t share, size_t concurrency);

/* How many models have a number at a point. */
size_t map_compared(const struct map *map, const struct map_point *point);

/* Work out best, winner, ahead, p and among of every point from the samples. 0 or -ENOMEM. */
int map_decide(struct map *map);

/* Work out the crossings, after map_decide. 0 or -ENOMEM. */
int map_cross(struct map *map, uint64_t seed);

/* The letter that a model has on the map. */
char map_letter(int model);

/* How far a point's winner is ahead: "+34%" or "x12", with between before the sign or number. */
const char *map_ahead(
	const struct map_point *point, const char *between, char text[static MAP_AHEAD_MAX]);

/* Whether a results file is a map's. */
bool is_map(const json_t *root);

/* The results' "map". A new reference. */
json_t *map_json(const struct map *map);

/* The map and the crossings, as a person reads them on 80 columns. */
void map_print(const struct map *map, const json_t *root, FILE *out);

/*
 * Draw map.svg and map.png in dir, which is made if missing, both or neither. An exit
 * status, with what is wrong said on stderr as that command. *stop ends it.
 */
int map_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop);

#endif
