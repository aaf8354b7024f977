/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "../cells.h"
#include "../cli.h"
#include "examine.h"

enum { WIDTH = 80, INDENT = 9 };

static const char *const severity_names[] = {
	[SEVERITY_OK] = "ok",
	[SEVERITY_UNKNOWN] = "unknown",
	[SEVERITY_NOTE] = "note",
	[SEVERITY_WARNING] = "warning",
};

static const char *advice_of(const struct symptom *symptom)
{
	if (*symptom->advice)
		return symptom->advice;
	return symptom->check->advice ? symptom->check->advice : "";
}

/* "  why    Two busy threads ...", in lines that fit. */
static void put_part(const char *label, const char *text, FILE *out)
{
	command_wrap(text, fprintf(out, "  %-*s", INDENT - 2, label), INDENT, WIDTH, out);
}

static void put_symptom(const struct symptom *symptom, FILE *out)
{
	fprintf(out, "%s: %s\n", severity_names[symptom->severity], symptom->check->name);
	put_part("found", symptom->found, out);
	if (symptom->severity == SEVERITY_UNKNOWN)
		return;
	put_part("why", symptom->check->why, out);
	put_part("do", advice_of(symptom), out);
}

static size_t count_of(const struct symptoms *symptoms, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < symptoms->count; i++)
		count += symptoms->list[i].severity == severity;
	return count;
}

/* What is as it should be needs a word each. */
static void put_names(const struct symptoms *symptoms, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	for (size_t i = 0; i < symptoms->count; i++)
		if (symptoms->list[i].severity == SEVERITY_OK)
			fprintf(line, "%s ", symptoms->list[i].check->name);
	fclose(line);
	if (size > 0)
		command_wrap(text, fprintf(out, "ok: "), 4, WIDTH, out);
	free(text);
}

void doctor_print(const struct symptoms *symptoms, FILE *out)
{
	for (size_t i = 0; i < symptoms->count; i++)
		if (symptoms->list[i].severity != SEVERITY_OK)
			put_symptom(&symptoms->list[i], out);
	put_names(symptoms, out);
	fprintf(out, "warnings: %zu, notes: %zu, unknown: %zu, ok: %zu\n", symptoms->warnings,
		count_of(symptoms, SEVERITY_NOTE), count_of(symptoms, SEVERITY_UNKNOWN),
		count_of(symptoms, SEVERITY_OK));
}

static json_t *symptom_json(const struct symptom *symptom)
{
	bool to_do = symptom->severity == SEVERITY_NOTE || symptom->severity == SEVERITY_WARNING;

	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "name", symptom->check->name, "severity",
		severity_names[symptom->severity], "found", symptom->found, "why",
		symptom->check->why, "do", to_do ? advice_of(symptom) : NULL);
}

static json_t *probe_json(const struct probe *probe)
{
	if (!probe || probe->cpus == 0)
		return json_null();
	return json_pack("{s:f, s:i, s:i, s:I, s:I, s:I, s:f, s:o}", "seconds", probe->seconds,
		"cpus", probe->cpus, "worst_cpu", probe->worst_cpu, "threshold_ns",
		(json_int_t)PROBE_THRESHOLD_NS, "gaps", (json_int_t)probe->gaps, "longest_ns",
		(json_int_t)probe->longest_ns, "lost_share", probe->lost_share, "steal_share",
		number_or_null(probe->steal_share));
}

json_t *doctor_json(const struct symptoms *symptoms, const struct probe *probe)
{
	json_t *list = json_array();

	for (size_t i = 0; i < symptoms->count; i++)
		json_array_append_new(list, symptom_json(&symptoms->list[i]));
	return json_pack("{s:I, s:o, s:o}", "warnings", (json_int_t)symptoms->warnings, "probe",
		probe_json(probe), "findings", list);
}

static int examine(bool as_json)
{
	struct symptoms *symptoms = malloc(sizeof *symptoms);
	struct machine machine = machine_here();
	struct probe probe;

	if (!symptoms)
		return cli_error("doctor", "out of memory");
	probe_run(PROBE_S, &probe);
	machine.probe = &probe;
	doctor_examine(&machine, symptoms);
	if (as_json) {
		json_t *root = doctor_json(symptoms, &probe);
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(root);
	} else {
		doctor_print(symptoms, stdout);
	}
	int status = symptoms->warnings > 0 ? EXIT_BAD_VERDICT : EXIT_OK;
	free(symptoms);
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_error("doctor", "cannot write to stdout");
	return status;
}

static int doctor_main(int argc, char **argv)
{
	bool as_json = false;

	while (command_next(&doctor_command, argc, argv) != -1)
		as_json = true;
	return examine(as_json);
}

const struct command doctor_command = {
	.name = "doctor",
	.summary = "what on this machine will spoil a measurement",
	.synopsis = "[--json]",
	.about = "Look at what on this machine will spoil a measurement, worst first: why it "
		 "matters and what to do. It takes 2 s, in which it looks whether anything else "
		 "uses the CPUs, and changes nothing. What cannot be read is unknown, never ok.",
	.options =
		(const struct command_option[]){
			{ OPT_FIRST, "json", NULL, "print one object of JSON" },
			COMMAND_HELP,
			{ 0 },
		},
	.closing = "Exit status: 0 without a warning (there may be notes), 1 with one.",
	.main = doctor_main,
};
