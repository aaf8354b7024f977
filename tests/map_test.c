/* SPDX-License-Identifier: MIT */
/* Regime maps of made-up results whose winners and crossings are known. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "../bench/map/map.h"
#include "../bench/rng.h"

static const unsigned shares[] = { 0, 20, 40, 60, 80, 100 };
static const unsigned concurrencies[] = { 1, 3, 10, 30, 100, 300, 1000 };

enum { SHARES = sizeof shares / sizeof *shares };
enum { CONCURRENCIES = sizeof concurrencies / sizeof *concurrencies };

/* Three models and what they truly reach; 0: they are unavailable there. */
typedef double truth_fn(int model, double share, double concurrency);

struct world {
	truth_fn *truth;
	int models;
	unsigned trials;
	double noise; /* a trial is off by up to this share, either way */
	uint64_t seed;
	const char *lost; /* the status of what is below 0; NULL: none is */
};

static double noisy(struct rng *rng, double value, double noise)
{
	return value * (1 + noise * ((double)rng_below(rng, 2000001) / 1e6 - 1));
}

static json_t *make_cell(
	const struct world *world, int model, unsigned share, unsigned concurrency, struct rng *rng)
{
	char name[2] = { (char)('a' + model), '\0' };
	double per_s = world->truth(model, share, concurrency);
	json_t *trials = json_array();

	for (unsigned i = 0; i < world->trials && per_s > 0; i++)
		json_array_append_new(trials,
			json_pack("{s:s, s:f}", "status", "ok", "throughput_per_s",
				noisy(rng, per_s, world->noise)));
	return json_pack("{s:s, s:s, s:i, s:{s:i}, s:s, s:o}", "workload", "mixed", "model", name,
		"concurrency", (int)concurrency, "params", "cpu_share", (int)share, "status",
		per_s > 0           ? "ok"
			: per_s < 0 ? world->lost
				    : "unavailable",
		"trials", trials);
}

static json_t *make_results(const struct world *world)
{
	json_t *cells = json_array();
	struct rng rng;

	rng_seed(&rng, world->seed);
	for (int s = SHARES; s-- > 0;) /* in no particular order */
		for (int c = 0; c < CONCURRENCIES; c++)
			for (int m = 0; m < world->models; m++)
				json_array_append_new(cells,
					make_cell(world, m, shares[s], concurrencies[c], &rng));
	return json_pack(
		"{s:{s:I}, s:o}", "options", "seed", (json_int_t)world->seed, "cells", cells);
}

static json_t *read_world(const struct world *world, struct map *map)
{
	json_t *root = make_results(world);

	assert_int_equal(map_read(map, root), 0);
	assert_int_equal(map->share_count, SHARES);
	assert_int_equal(map->concurrency_count, CONCURRENCIES);
	for (int i = 0; i < SHARES; i++)
		assert_int_equal(map->shares[i], shares[i]);
	return root;
}

static size_t count_winners(const struct map *map)
{
	size_t count = 0;

	for (size_t i = 0; i < SHARES * CONCURRENCIES; i++)
		count += map->points[i].winner != MAP_NONE;
	return count;
}

/* b wins below 50 %, c above; a is last. */
static double halves(int model, double share, double concurrency)
{
	double best = 100 * concurrency;

	return model == 0 ? 0.5 * best : (model == 1) == (share < 50) ? best : 0.8 * best;
}

static void winners_are_found(void **state)
{
	struct world world = { halves, 3, 5, 0.05, 1 };
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	for (size_t s = 0; s < SHARES; s++)
		for (size_t c = 0; c < CONCURRENCIES; c++) {
			const struct map_point *point = map_at(&map, s, c);
			int winner = shares[s] < 50 ? 1 : 2;
			assert_int_equal(point->winner, winner);
			assert_true(fabs(point->ahead - 0.25) < 0.15);
			assert_true(point->adjusted >= point->p && point->adjusted <= MAP_LEVEL);
			for (int m = 0; m < 3; m++)
				assert_int_equal(point->among[m], m == winner);
		}
	map_free(&map);
	json_decref(root);
}

static double all_alike(int model, double share, double concurrency)
{
	(void)model;
	(void)share;
	return 100 * concurrency;
}

/*
 * Where all are alike, a map has a letter in one of twenty at most but for the choice of
 * the best, and no crossing.
 */
static void ties_are_left_blank(void **state)
{
	size_t with_winner = 0, crossings = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct world world = { all_alike, 3, 5, 0.2, seed };
		struct map map;
		json_t *root = read_world(&world, &map);
		with_winner += count_winners(&map) > 0;
		crossings += map.crossing_count;
		map_free(&map);
		json_decref(root);
	}
	assert_true(with_winner <= 9);
	assert_true(crossings <= 3);
}

/* a and b are alike, c is behind. */
static double two_alike(int model, double share, double concurrency)
{
	(void)share;
	return (model == 2 ? 50 : 100) * concurrency;
}

static void those_alike_are_named_together(void **state)
{
	struct world world = { two_alike, 3, 6, 0.1, 7 };
	struct map map;
	json_t *root = read_world(&world, &map);
	size_t together = 0;

	(void)state;
	for (size_t i = 0; i < SHARES * CONCURRENCIES; i++) {
		const struct map_point *point = &map.points[i];
		together += point->winner == MAP_NONE && point->among[0] && point->among[1];
		assert_false(point->among[2]);
	}
	assert_true(together >= SHARES * CONCURRENCIES - 4);
	map_free(&map);
	json_decref(root);
}

static void few_trials_tell_nothing(void **state)
{
	struct world world = { halves, 3, MAP_TRIALS_LEAST - 1, 0.001, 1 };
	char *text = NULL;
	size_t size;
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	assert_int_equal(count_winners(&map), 0);
	FILE *out = open_memstream(&text, &size);
	map_print(&map, root, out);
	fclose(out);
	assert_non_null(strstr(text, "Nothing can be told apart by 3 trials a cell"));
	free(text);
	map_free(&map);
	json_decref(root);
	world.trials = MAP_TRIALS_LEAST;
	root = read_world(&world, &map);
	assert_int_equal(count_winners(&map), SHARES * CONCURRENCIES);
	map_free(&map);
	json_decref(root);
}

/* b overtakes a at 50 in flight whatever the share; c is available nowhere. */
static double overtaken(int model, double share, double concurrency)
{
	(void)share;
	return model == 2 ? 0 : model == 0 ? 1000 : 1000 * pow(concurrency / 50, 0.4);
}

static void a_crossing_along_concurrency_is_recovered(void **state)
{
	size_t covered = 0, total = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct world world = { overtaken, 3, 7, 0.05, seed };
		struct map map;
		json_t *root = read_world(&world, &map);
		assert_true(map.crossing_count >= SHARES - 1);
		for (size_t i = 0; i < map.crossing_count; i++, total++) {
			const struct map_crossing *crossing = &map.crossings[i];
			assert_int_equal(crossing->along, MAP_CONCURRENCY);
			assert_int_equal(crossing->from, 0);
			assert_int_equal(crossing->to, 1);
			assert_true(crossing->at > 40 && crossing->at < 62);
			assert_true(
				crossing->low <= crossing->at && crossing->at <= crossing->high);
			covered += crossing->low <= 50 && 50 <= crossing->high;
		}
		map_free(&map);
		json_decref(root);
	}
	assert_true(covered > 0.8 * total);
}

/* a is ahead up to 37 % whatever the concurrency. */
static double overtaken_by_share(int model, double share, double concurrency)
{
	(void)concurrency;
	return model == 2 ? 10 : model == 0 ? 1000 : 1000 * exp((share - 37) / 30);
}

static void a_crossing_along_the_share_is_recovered(void **state)
{
	struct world world = { overtaken_by_share, 3, 6, 0.03, 3 };
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	assert_int_equal(map.crossing_count, CONCURRENCIES);
	for (size_t i = 0; i < map.crossing_count; i++) {
		const struct map_crossing *crossing = &map.crossings[i];
		assert_int_equal(crossing->along, MAP_SHARE);
		assert_int_equal(crossing->fixed, concurrencies[i]);
		assert_true(crossing->from == 0 && crossing->to == 1);
		assert_true(fabs(crossing->at - 37) < 2);
		assert_true(crossing->low >= 20 && crossing->high <= 60);
	}
	map_free(&map);
	json_decref(root);
}

/* b comes nearer and nearer to a, which stays ahead. */
static double only_nearer(int model, double share, double concurrency)
{
	(void)share;
	return model == 0 ? 1000 : 1000 * (1 - 0.9 / concurrency);
}

static double apart(int model, double share, double concurrency)
{
	return (model + 1) * (200 - share) * concurrency;
}

static void where_none_crosses_none_is_told(void **state)
{
	truth_fn *const truths[] = { only_nearer, apart };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct world world = { truths[i], 2, 6, 0.02, 5 };
		struct map map;
		json_t *root = read_world(&world, &map);
		assert_int_equal(map.crossing_count, 0);
		map_free(&map);
		json_decref(root);
	}
}

/* Two that cross far below a third, which leads throughout. */
static double below_the_best(int model, double share, double concurrency)
{
	return model == 2 ? 100000 : overtaken(model, share, concurrency);
}

static void a_crossing_behind_the_best_is_not_told(void **state)
{
	struct world world = { below_the_best, 3, 6, 0.02, 5 };
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	assert_int_equal(count_winners(&map), SHARES * CONCURRENCIES);
	assert_int_equal(map.crossing_count, 0);
	map_free(&map);
	json_decref(root);
}

static double alone(int model, double share, double concurrency)
{
	return model == 1 ? 100 * concurrency : share > 50 ? 0 : 50 * concurrency;
}

static void one_model_alone_has_not_won(void **state)
{
	struct world world = { alone, 2, 6, 0.02, 5 };
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	for (size_t s = 0; s < SHARES; s++) {
		const struct map_point *point = map_at(&map, s, 0);
		assert_int_equal(point->best, 1);
		assert_int_equal(point->winner, shares[s] > 50 ? MAP_NONE : 1);
		assert_int_equal(map_compared(&map, point), shares[s] > 50 ? 1 : 2);
	}
	map_free(&map);
	json_decref(root);
}

/* The fastest loses its number at 100 in flight, and for one share everywhere. */
static double loses(int model, double share, double concurrency)
{
	if (model == 2)
		return share == 20 || concurrency == 100 ? -1 : 4000;
	return overtaken(model, share, concurrency);
}

static void where_a_model_lost_its_number_none_has_won(void **state)
{
	static const char *const lost[] = { "invalid", "failed", "timeout", "crashed" };

	(void)state;
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
		struct world world = { loses, 3, 6, 0.02, 5, lost[i] };
		char *text = NULL;
		size_t size;
		struct map map;
		json_t *root = read_world(&world, &map);
		for (size_t s = 0; s < SHARES; s++)
			for (size_t c = 0; c < CONCURRENCIES; c++) {
				const struct map_point *point = map_at(&map, s, c);
				bool open = shares[s] == 20 || concurrencies[c] == 100;
				assert_int_equal(point->open, open);
				assert_int_equal(point->winner, open ? MAP_NONE : 2);
				for (int m = 0; m < 3; m++)
					assert_int_equal(point->among[m], !open && m == 2);
			}
		assert_int_equal(map.crossing_count, 0);
		FILE *out = open_memstream(&text, &size);
		map_print(&map, root, out);
		fclose(out);
		assert_non_null(strstr(text, "\n  100  ?        ?        ?"));
		assert_non_null(strstr(text, "\n 1000  C +"));
		free(text);
		map_free(&map);
		json_decref(root);
	}
}

/* c loses its number between 10 and 1000 in flight, just where b overtakes a. */
static double loses_between(int model, double share, double concurrency)
{
	if (model == 2)
		return concurrency > 10 && concurrency < 1000 ? -1 : 1;
	return overtaken(model, share, concurrency);
}

static void no_crossing_lies_across_what_is_open(void **state)
{
	struct world world = { loses_between, 3, 6, 0.02, 5, "timeout" };
	struct map map;
	json_t *root = read_world(&world, &map);

	(void)state;
	assert_int_equal(map_at(&map, 0, 2)->winner, 0);
	assert_int_equal(map_at(&map, 0, 6)->winner, 1);
	assert_int_equal(map.crossing_count, 0);
	map_free(&map);
	json_decref(root);
}

static void the_lead_is_told_in_percent_or_as_a_factor(void **state)
{
	char text[MAP_AHEAD_MAX];

	(void)state;
	assert_string_equal(map_ahead(&(struct map_point){ .ahead = 0.34 }, "", text), "+34%");
	assert_string_equal(map_ahead(&(struct map_point){ .ahead = 9.99 }, " ", text), "+999 %");
	assert_string_equal(map_ahead(&(struct map_point){ .ahead = 10 }, "", text), "x11");
	assert_string_equal(map_ahead(&(struct map_point){ .ahead = 1e9 }, " ", text), "x 99999");
}

static void the_same_results_give_the_same_map(void **state)
{
	struct world world = { overtaken, 2, 5, 0.1, 9 };
	json_t *root = make_results(&world), *json[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct map map;
		assert_int_equal(map_read(&map, root), 0);
		json[i] = map_json(&map);
		map_free(&map);
	}
	assert_true(json_equal(json[0], json[1]));
	assert_int_equal(
		json_array_size(json_object_get(json[0], "points")), SHARES * CONCURRENCIES);
	json_decref(json[0]);
	json_decref(json[1]);
	json_decref(root);
}

static void what_is_no_map_is_refused(void **state)
{
	struct map map;
	json_t *none = json_pack("{s:[{s:s, s:s, s:i}]}", "cells", "workload", "fetch", "model",
		"a", "concurrency", 1);
	json_t *cells = json_array(), *many;

	(void)state;
	assert_int_equal(map_read(&map, none), -EINVAL);
	for (int i = 0; i <= MAP_EDGE_MAX; i++)
		json_array_append_new(cells,
			json_pack("{s:s, s:s, s:i, s:{s:i}}", "workload", "mixed", "model", "a",
				"concurrency", i + 1, "params", "cpu_share", 0));
	many = json_pack("{s:o}", "cells", cells);
	assert_int_equal(map_read(&map, many), -E2BIG);
	json_decref(none);
	json_decref(many);
}

static void lines_fit(void **state)
{
	struct world world = { halves, 3, 5, 0.05, 1 };
	char *text = NULL;
	size_t size;
	struct map map;
	json_t *root = read_world(&world, &map);
	FILE *out = open_memstream(&text, &size);

	(void)state;
	map_print(&map, root, out);
	fclose(out);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("too long: %.*s", (int)strcspn(line, "\n"), line);
	assert_non_null(strstr(text, "A=a B=b C=c\n"));
	assert_non_null(strstr(text, "b -> c "));
	free(text);
	map_free(&map);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(winners_are_found),
		cmocka_unit_test(ties_are_left_blank),
		cmocka_unit_test(those_alike_are_named_together),
		cmocka_unit_test(few_trials_tell_nothing),
		cmocka_unit_test(a_crossing_along_concurrency_is_recovered),
		cmocka_unit_test(a_crossing_along_the_share_is_recovered),
		cmocka_unit_test(where_none_crosses_none_is_told),
		cmocka_unit_test(a_crossing_behind_the_best_is_not_told),
		cmocka_unit_test(one_model_alone_has_not_won),
		cmocka_unit_test(where_a_model_lost_its_number_none_has_won),
		cmocka_unit_test(no_crossing_lies_across_what_is_open),
		cmocka_unit_test(the_lead_is_told_in_percent_or_as_a_factor),
		cmocka_unit_test(the_same_results_give_the_same_map),
		cmocka_unit_test(what_is_no_map_is_refused),
		cmocka_unit_test(lines_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
