/* SPDX-License-Identifier: MIT */
#include <netinet/in.h>
#include <string.h>

#include "cli.h"
#include "result.h"
#include "selection.h"

/* Whether it stands in the list; one more that is named twice would be measured twice. */
static bool has_contender(const struct contender *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return true;
	return false;
}

int selection_add_model(struct selection *selection, const char *name)
{
	struct params params;
	struct contender contender = { .name = name };
	int status = cli_model(selection->command, name, &contender.model, &params);

	if (!status && !has_contender(selection->models, selection->model_count, name))
		selection->models[selection->model_count++] = contender;
	return status;
}

/* NAME=ADDR:PORT, which is cut in two. */
int selection_add_external(struct selection *selection, char *text)
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

int selection_add_concurrency(struct selection *selection, const char *text)
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

int selection_add_param(struct selection *selection, const char *assignment)
{
	if (selection->param_count == SELECTION_MAX)
		return cli_error(
			selection->command, "--param was given more than %d times", SELECTION_MAX);
	selection->params[selection->param_count++] = assignment;
	return 0;
}
