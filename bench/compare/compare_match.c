/* SPDX-License-Identifier: MIT */
#include "compare_match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"

/* What makes a cell the same as another, to be freed; NULL without memory. */
static char *key_of(const json_t *cell)
{
	json_t *place = json_pack("[O, O, O, O]", json_object_get(cell, "workload"),
		json_object_get(cell, "model"), json_object_get(cell, "concurrency"),
		json_object_get(cell, "params"));
	char *key = json_dumps(place, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(place);
	return key;
}

/* A second cell of the same place is matched with the other run's second: each key is used once. */
static int note(json_t *places, const json_t *cell, size_t place)
{
	char *key = key_of(cell);

	if (!key)
		return -ENOMEM;
	json_t *list = json_object_get(places, key);
	if (!list) {
		list = json_array();
		json_object_set_new(places, key, list);
	}
	int failed = json_array_append_new(list, json_integer((json_int_t)place));
	free(key);
	return failed ? -ENOMEM : 0;
}

/* Take the first place that was noted under the cell's key into *place. */
static int take(json_t *places, const json_t *cell, size_t *place, bool *found)
{
	char *key = key_of(cell);

	if (!key)
		return -ENOMEM;
	json_t *list = json_object_get(places, key);
	*found = json_array_size(list) > 0;
	if (*found) {
		*place = (size_t)json_integer_value(json_array_get(list, 0));
		json_array_remove(list, 0);
	}
	free(key);
	return 0;
}

/* A cell that is not there and one that no trial was begun of, as after Ctrl-C, are the same. */
static bool is_missing(const json_t *cell)
{
	return !cell || (!cell_was_run(cell) && strcmp(text_at(cell, "status"), "failed") == 0);
}

static enum cell_state state_of(const json_t *before, const json_t *after)
{
	if (is_missing(before) && is_missing(after))
		return CELL_NOT_OK;
	if (is_missing(before) || is_missing(after))
		return is_missing(after) ? CELL_ONLY_OLD : CELL_ONLY_NEW;
	if (!cell_ok(before))
		return cell_ok(after) ? CELL_MENDED : CELL_NOT_OK;
	if (!cell_ok(after))
		return CELL_FAILS;
	return cell_demonstration(before) || cell_demonstration(after) ? CELL_DEMONSTRATION
								       : CELL_COMPARED;
}

static int add_after(struct compared *compared, json_t *places, const json_t *cells)
{
	size_t i, place;
	const json_t *cell;
	bool found;

	json_array_foreach(cells, i, cell)
	{
		int err = take(places, cell, &place, &found);
		if (err)
			return err;
		if (!found)
			place = compared->count++;
		compared->pairs[place].after = cell;
	}
	return 0;
}

static void judge(struct compared *compared)
{
	for (size_t i = 0; i < compared->count; i++) {
		struct cell_pair *pair = &compared->pairs[i];
		pair->place = i;
		pair->state = state_of(pair->before, pair->after);
		compared->states[pair->state]++;
		if (!pair->before || !pair->after)
			continue;
		compared->common++;
		compared->other_tasks += !json_equal(json_object_get(pair->before, "tasks"),
			json_object_get(pair->after, "tasks"));
	}
}

int compare_match(const json_t *before, const json_t *after, struct compared *compared)
{
	const json_t *olds = json_object_get(before, "cells");
	const json_t *news = json_object_get(after, "cells");
	size_t most = json_array_size(olds) + json_array_size(news);
	json_t *places = json_object();
	const json_t *cell;
	size_t i;

	*compared = (struct compared){ .pairs = calloc(most + 1, sizeof *compared->pairs) };
	int err = compared->pairs && places ? 0 : -ENOMEM;
	for (i = 0; !err && (cell = json_array_get(olds, i)); i++) {
		compared->pairs[compared->count++].before = cell;
		err = note(places, cell, i);
	}
	if (!err)
		err = add_after(compared, places, news);
	json_decref(places);
	if (err)
		free(compared->pairs);
	else
		judge(compared);
	return err;
}
