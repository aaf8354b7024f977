/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "../../models/model.h"
#include "../cpus.h"
#include "doctor.h"
#include "examine.h"

enum { LONG_RUN_TRIALS = 1000 };

struct machine machine_here(void)
{
	const char *path = getenv("PATH");

	return (struct machine){
		.root = "",
		.path = path ? path : "",
		.flags = FLAGS,
		.cpus = cpus_count(),
		.online = (int)sysconf(_SC_NPROCESSORS_ONLN),
		.models = models,
	};
}

/* Into its place behind those that are no better. */
static void insert(struct symptoms *symptoms, const struct symptom *symptom)
{
	size_t place = symptoms->count++;

	for (; place > 0 && symptoms->list[place - 1].severity < symptom->severity; place--)
		symptoms->list[place] = symptoms->list[place - 1];
	symptoms->list[place] = *symptom;
}

void doctor_examine(const struct machine *machine, struct symptoms *symptoms)
{
	symptoms->count = symptoms->warnings = 0;
	for (const struct check *check = checks; check->name; check++) {
		struct symptom symptom = { .check = check };
		check->look(machine, &symptom);
		symptoms->warnings += symptom.severity == SEVERITY_WARNING;
		insert(symptoms, &symptom);
	}
}

json_t *doctor_warnings(double probe_s)
{
	struct symptoms *symptoms = malloc(sizeof *symptoms);
	struct machine machine = machine_here();
	json_t *list = json_array();
	struct probe probe;

	if (probe_s > 0) {
		probe_run(probe_s, &probe);
		machine.probe = &probe;
	}
	if (symptoms)
		doctor_examine(&machine, symptoms);
	for (size_t i = 0; symptoms && i < symptoms->warnings; i++)
		json_array_append_new(list,
			json_sprintf(
				"%s: %s", symptoms->list[i].check->name, symptoms->list[i].found));
	free(symptoms);
	return list;
}

void doctor_probe(json_t *root, size_t trials)
{
	if (trials >= LONG_RUN_TRIALS)
		json_object_set_new(
			json_object_get(root, "environment"), "warnings", doctor_warnings(PROBE_S));
}
