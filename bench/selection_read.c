/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "result.h"
#include "selection.h"

enum { OPT_PARAM = OPT_EXTERNAL + 1, OPT_SEED, OPT_TIME_LIMIT };

const struct command_option selection_options[] = {
	{ OPT_PARAM, "param", "NAME=VALUE",
		"of the workloads, or of the models; may be given again" },
	{ OPT_SEED, "seed", "N", "of the order (default: from the clock; stored in the results)" },
	{ OPT_TIME_LIMIT, "time-limit", "S", "a trial that takes longer is killed (default 60)" },
	COMMAND_HELP,
	{ 0 },
};

void selection_init(struct selection *selection, const char *command)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*selection = (struct selection){ .command = command,
		.seed = now.tv_sec * 1000000ULL + now.tv_nsec / 1000,
		.time_limit_s = 60,
		.arguments = json_array() };
}

/* Whether it stands in the list; one more that is named twice would be measured twice. */
static bool has_contender(const struct contender *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return true;
	return false;
}

static int add_model(struct selection *selection, const char *name)
{
	struct params params;
	struct contender contender = { .name = name };
	int status = cli_model(selection->command, name, &contender.model, &params);

	if (!status && !has_contender(selection->models, selection->model_count, name))
		selection->models[selection->model_count++] = contender;
	return status;
}

/* NAME=ADDR:PORT, which is cut in two. */
static int add_external(struct selection *selection, char *text)
{
	char *address = strchr(text, '=');
	struct sockaddr_in unused;

	if (selection->external_count == SELECTION_MAX)
		return cli_error(selection->command, "--external was given more than %d times",
			SELECTION_MAX);
	if (!address || address == text)
		return cli_error(selection->command,
			"--external takes NAME=ADDR:PORT, such as nginx=127.0.0.1:8080, not '%s'",
			text);
	*address++ = '\0';
	if (!is_plain_name(text))
		return cli_error(selection->command,
			"--external: '%s' is not a name of letters, digits and _.+-", text);
	if (model_find(text) ||
		has_contender(selection->externals, selection->external_count, text))
		return cli_error(selection->command, "--external: there is already a '%s'", text);
	int status = cli_address(selection->command, address, &unused);
	if (!status)
		selection->externals[selection->external_count++] = (struct contender){
			.name = text, .external = address
		};
	return status;
}

int selection_add_workload(struct selection *selection, const char *name)
{
	const struct workload *workload = workload_find(name);

	if (!workload)
		return cli_unknown(selection->command, "workload", name, cli_workload_name);
	selection->workloads[selection->workload_count++] = workload;
	return 0;
}

static int add_concurrency(struct selection *selection, const char *text)
{
	uint64_t number;
	int status = cli_number(
		selection->command, "-c", text, "tasks in flight", 1, CLI_CONCURRENCY_MAX, &number);

	for (size_t i = 0; i < selection->concurrency_count; i++)
		if (!status && selection->concurrency[i] == number)
			return 0; /* named twice is one cell all the same */
	if (!status)
		selection->concurrency[selection->concurrency_count++] = number;
	return status;
}

int selection_read_list(struct selection *selection, const char *option, char *list,
	int (*add)(struct selection *selection, const char *item))
{
	char *rest = NULL;
	int status = 0, count = 0;

	for (char *item = strtok_r(list, ",", &rest); item && !status;
		item = strtok_r(NULL, ",", &rest)) {
		if (++count > SELECTION_MAX / 2)
			return cli_error(selection->command, "%s takes at most %d items", option,
				SELECTION_MAX / 2);
		status = add(selection, item);
	}
	if (!status && count == 0)
		return cli_error(selection->command,
			"%s takes a list with commas, not an empty one", option);
	return status;
}

static int add_param(struct selection *selection, const char *assignment)
{
	if (selection->param_count == SELECTION_MAX)
		return cli_error(
			selection->command, "--param was given more than %d times", SELECTION_MAX);
	selection->params[selection->param_count++] = assignment;
	return 0;
}

/* But for the seed, which is stored by itself. */
static void remember(struct selection *selection, const struct command *command, int key)
{
	char text[32];

	if (key == OPT_SEED || key == '?')
		return;
	command_spell(command, key, text);
	json_array_append_new(selection->arguments, json_string(text));
	if (optarg)
		json_array_append_new(selection->arguments, json_string(optarg));
}

int selection_read(struct selection *selection, const struct command *command, int key)
{
	remember(selection, command, key);
	switch (key) {
	case 'm':
		selection->model_count = 0;
		return selection_read_list(selection, "-m", optarg, add_model);
	case 'c':
		selection->concurrency_count = 0;
		return selection_read_list(selection, "-c", optarg, add_concurrency);
	case OPT_PARAM:
		return add_param(selection, optarg);
	case OPT_EXTERNAL:
		return add_external(selection, optarg);
	case OPT_SEED:
		return cli_number(
			selection->command, "--seed", optarg, "", 0, INT64_MAX, &selection->seed);
	case OPT_TIME_LIMIT:
		return cli_count(selection->command, "--time-limit", optarg, "s", 1, 86400,
			&selection->time_limit_s);
	default:
		return -1;
	}
}
