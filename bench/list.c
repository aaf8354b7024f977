/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../models/model.h"
#include "cli.h"
#include "profile.h"
#include "workloads/workload.h"

static json_t *param_json(const struct param *param)
{
	json_t *json = json_pack("{s:s, s:s, s:s}", "name", param->name, "summary", param->summary,
		"default", param->initial);

	if (param->unit)
		json_object_update_new(json,
			json_pack("{s:s, s:I, s:I}", "unit", param->unit, "min",
				(json_int_t)param->min, "max", (json_int_t)param->max));
	if (param->choices)
		json_object_set_new(json, "choices", json_string(param->choices));
	return json;
}

static json_t *params_json(const struct param *table)
{
	json_t *params = json_array();

	for (const struct param *param = table; param && param->name; param++)
		json_array_append_new(params, param_json(param));
	return params;
}

/* The features of a model, or those that a workload needs. */
static json_t *features_json(unsigned features)
{
	static const struct {
		unsigned feature;
		const char *name;
	} names[] = {
		{ MODEL_CONCURRENT, "concurrent" },
		{ MODEL_MULTICORE, "multicore" },
		{ MODEL_SHARED_MEMORY, "shared_memory" },
		{ MODEL_CALLBACK, "callback" },
		{ MODEL_SPAWN, "spawn" },
		{ MODEL_RENDEZVOUS, "rendezvous" },
		{ MODEL_STACKLESS, "stackless" },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (features & names[i].feature)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *models_json(void)
{
	json_t *list = json_array();

	for (const struct model *const *row = models; *row; row++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s?, s:o, s:b, s:o}", "name", (*row)->name,
				"summary", (*row)->summary, "unavailable",
				model_unavailable(*row, NULL), "features",
				features_json((*row)->features), "serves", (*row)->serve != NULL,
				"params", params_json((*row)->params)));
	return list;
}

static json_t *figures_json(const struct figure *figure)
{
	json_t *figures = json_array();

	for (; figure && figure->name; figure++)
		json_array_append_new(figures,
			json_pack("{s:s, s:s, s:s}", "name", figure->name, "unit", figure->unit,
				"summary", figure->summary));
	return figures;
}

static json_t *table_json(const struct workload *const *row)
{
	static const char *const kinds[] = { "io", "cpu", "mixed", "service", "structure" };
	json_t *list = json_array();

	for (; *row; row++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s?, s:o, s:b, s:b, s:o, s:o}", "name",
				(*row)->name, "summary", (*row)->summary, "kind",
				kinds[(*row)->kind], "operation", (*row)->operation, "needs",
				features_json((*row)->needs), "callback", (*row)->callback != NULL,
				"resumable",
				(*row)->resumable.resume || (*row)->connection_resumable.resume,
				"params", params_json((*row)->params), "figures",
				figures_json((*row)->figures)));
	return list;
}

static json_t *workloads_json(void)
{
	return table_json(workloads);
}

static json_t *demonstrations_json(void)
{
	return table_json(demonstrations);
}

static json_t *profiles_json(void)
{
	json_t *list = json_array();

	for (const struct profile *row = profiles; row->name; row++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:i}", "name", row->name, "summary", row->summary,
				"trials", (int)row->trials));
	return list;
}

static const struct section {
	const char *name;
	json_t *(*json)(void);
} sections[] = {
	{ "models", models_json },
	{ "workloads", workloads_json },
	{ "profiles", profiles_json },
	{ "demonstrations", demonstrations_json },
};

enum { SECTIONS = sizeof sections / sizeof *sections };

static const char *section_name(unsigned k)
{
	return k < SECTIONS ? sections[k].name : NULL;
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

enum { WIDTH = 80, ITEM_COLUMN = 15, DETAIL_COLUMN = 27, TEXT_MAX = 512 };

/* Text from a column on, or behind what reaches to there. */
static void print_text(const char *line, int at, int column)
{
	if (at < column)
		at += printf("%*s", column - at, "");
	else if (at == column)
		at++; /* so that a space comes first */
	command_wrap(line, at, column, WIDTH, stdout);
}

static void print_params(const json_t *params)
{
	const json_t *param;
	size_t i;

	json_array_foreach(params, i, param)
	{
		const char *unit = text(param, "unit"), *choices = text(param, "choices");
		char line[TEXT_MAX];
		int size = snprintf(line, sizeof line, "%s", text(param, "summary"));
		if (unit)
			size += snprintf(line + size, sizeof line - size, " (%s%s%lld to %lld)",
				unit, *unit ? ", " : "",
				(long long)json_integer_value(json_object_get(param, "min")),
				(long long)json_integer_value(json_object_get(param, "max")));
		if (choices)
			snprintf(line + size, sizeof line - size, " (%s)", choices);
		print_text(line, printf("  %14s=%s", text(param, "name"), text(param, "default")),
			DETAIL_COLUMN);
	}
}

static void print_figures(const json_t *figures)
{
	const json_t *figure;
	size_t i;

	json_array_foreach(figures, i, figure)
	{
		const char *unit = text(figure, "unit");
		char line[TEXT_MAX];
		snprintf(line, sizeof line, "%s%s%s", text(figure, "summary"), *unit ? ", in " : "",
			unit);
		print_text(line, printf("  %14s", text(figure, "name")), DETAIL_COLUMN);
	}
}

static void print_section(const struct section *section)
{
	json_t *list = section->json();
	const json_t *item;
	size_t i;

	printf("%s:\n", section->name);
	json_array_foreach(list, i, item)
	{
		const char *missing = text(item, "unavailable"), *counted = text(item, "operation");
		char line[TEXT_MAX];
		snprintf(line, sizeof line, "%s%s%s%s%s", text(item, "summary"),
			missing ? "; unavailable: " : "", missing ? missing : "",
			counted ? "; counts " : "", counted ? counted : "");
		print_text(line, printf("  %s", text(item, "name")), ITEM_COLUMN);
		print_params(json_object_get(item, "params"));
		print_figures(json_object_get(item, "figures"));
	}
	json_decref(list);
}

static int list_main(int argc, char **argv)
{
	bool as_json = false;

	while (command_next(&list_command, argc, argv) != -1)
		as_json = true;
	const char *wanted = argv[optind];
	json_t *root = json_object();
	for (const struct section *section = sections; section < sections + SECTIONS; section++) {
		if (wanted && strcmp(wanted, section->name) != 0)
			continue;
		json_object_set_new(root, section->name, as_json ? section->json() : json_null());
		if (!as_json)
			print_section(section);
	}
	int status = json_object_size(root) > 0 ? EXIT_OK
						: cli_unknown("list", "list", wanted, section_name);
	if (as_json && !status) {
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(root);
	return status;
}

const struct command list_command = {
	.name = "list",
	.summary = "what can be run: models, workloads, profiles, demonstrations",
	.synopsis = "[models|workloads|profiles|demonstrations] [--json]",
	.about = "What can be run, with parameters and what they may be. A demonstration shows "
		 "something, "
		 "and is part of no run that does not name it.",
	.options =
		(const struct command_option[]){
			{ OPT_FIRST, "json", NULL, "print one object of JSON" },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_CHOICE,
	.choice = section_name,
	.main = list_main,
};
