/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../models/model.h"
#include "../models/param.h"
#include "profile.h"
#include "workloads/workload.h"

int cli_error(const char *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "concbench %s: ", command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int cli_help(const char *command)
{
	fprintf(stderr, "`concbench %s --help` lists the options\n", command);
	return EXIT_USAGE;
}

int cli_number(const char *command, const char *option, const char *text, const char *unit,
	uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *number < min || *number > max)
		return cli_error(command, "%s takes a whole number from %llu to %llu%s%s, not '%s'",
			option, (unsigned long long)min, (unsigned long long)max, *unit ? " " : "",
			unit, text);
	return 0;
}

int cli_count(const char *command, const char *option, const char *text, const char *unit,
	unsigned min, unsigned max, unsigned *count)
{
	uint64_t number = 0;
	int status = cli_number(command, option, text, unit, min, max, &number);

	*count = number;
	return status;
}

int cli_seconds(const char *command, const char *option, const char *text, double min_s,
	double max_s, int64_t *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*text < '0' || *text > '9' || *end || strpbrk(text, "xX") ||
		!(seconds >= min_s && seconds <= max_s))
		return cli_error(command, "%s takes a time from %g to %g s, not '%s'", option,
			min_s, max_s, text);
	*ms = (int64_t)(seconds * 1000 + 0.5);
	return 0;
}

int cli_unknown(
	const char *command, const char *kind, const char *name, const char *(*next)(unsigned k))
{
	fprintf(stderr, "concbench%s%s: no %s is called '%s'; there are:", *command ? " " : "",
		command, kind, name);
	for (unsigned k = 0; next(k); k++)
		fprintf(stderr, " %s", next(k));
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static int unknown_param(
	const char *command, const struct param *table, const char *workload, const char *name)
{
	fprintf(stderr, "concbench %s: %s has no parameter '%s'; it has:", command, workload, name);
	for (const struct param *row = table; row && row->name; row++)
		fprintf(stderr, " %s", row->name);
	fprintf(stderr, "%s\n", table ? "" : " none");
	return EXIT_USAGE;
}

int cli_param(
	const char *command, struct params *params, const char *workload, const char *assignment)
{
	const char *value = strchr(assignment, '=');
	char name[64];

	if (!value || value == assignment || (size_t)(value - assignment) >= sizeof name)
		return cli_error(command, "--param takes NAME=VALUE, not '%s'", assignment);
	snprintf(name, sizeof name, "%.*s", (int)(value - assignment), assignment);
	value++;
	const struct param *row = param_find(params->table, name);
	if (!row)
		return unknown_param(command, params->table, workload, name);
	if (params_set(params, name, value) == 0)
		return 0;
	if (row->choices)
		return cli_error(command, "parameter %s of %s is one of %s, not '%s'", name,
			workload, row->choices, value);
	if (!row->unit)
		return cli_error(command, "parameter %s of %s is too long", name, workload);
	return cli_error(command,
		"parameter %s of %s takes a whole number from %lld to %lld%s%s, not '%s'", name,
		workload, (long long)row->min, (long long)row->max, *row->unit ? " " : "",
		row->unit, value);
}

int cli_address(const char *command, const char *text, struct sockaddr_in *address)
{
	char host[256], *end;
	const char *colon = strrchr(text, ':');
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (!colon || colon == text || (size_t)(colon - text) >= sizeof host || colon[1] < '0' ||
		colon[1] > '9' || *end || port > 65535)
		return cli_error(command, "'%s' is not ADDR:PORT, such as 127.0.0.1:8080", text);
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	int err = getaddrinfo(host, NULL, &hints, &found);
	if (err)
		return cli_error(command, "'%s' is not ADDR:PORT, such as 127.0.0.1:8080: %s", text,
			gai_strerror(err));
	memcpy(address, found->ai_addr, sizeof *address);
	address->sin_port = htons(port);
	freeaddrinfo(found);
	return 0;
}

int cli_model(
	const char *command, const char *text, const struct model **model, struct params *params)
{
	char copy[256];
	char *rest = NULL;
	int status = 0;

	if (strlen(text) >= sizeof copy)
		return cli_unknown(command, "model", text, cli_model_name);
	memcpy(copy, text, strlen(text) + 1);
	const char *name = strtok_r(copy, ":", &rest);
	*model = name ? model_find(name) : NULL;
	if (!*model)
		return cli_unknown(command, "model", name ? name : "", cli_model_name);
	params_init(params, (*model)->params);
	while (!status && (name = strtok_r(NULL, ":", &rest)))
		status = cli_param(command, params, (*model)->name, name);
	return status;
}

bool cli_takes(const struct param *table, const char *assignment)
{
	char name[64];

	snprintf(name, sizeof name, "%.*s", (int)strcspn(assignment, "="), assignment);
	return param_find(table, name) != NULL;
}

char *cli_model_with(const char *name, const struct model *model, const struct param *workload,
	const char *const *assignments, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(name, out);
	for (size_t i = 0; i < count; i++)
		if (cli_takes(model->params, assignments[i]) &&
			!cli_takes(workload, assignments[i]))
			fprintf(out, ":%s", assignments[i]);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

const char *cli_model_name(unsigned k)
{
	return models[k] ? models[k]->name : NULL;
}

const char *cli_workload_name(unsigned k)
{
	return workloads[k] ? workloads[k]->name : NULL;
}

const char *cli_profile_name(unsigned k)
{
	return profiles[k].name;
}

const char *cli_service_name(unsigned k)
{
	for (unsigned i = 0; workloads[i]; i++)
		if (workloads[i]->kind == WORKLOAD_SERVICE && k-- == 0)
			return workloads[i]->name;
	return NULL;
}
