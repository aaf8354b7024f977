/* SPDX-License-Identifier: MIT */
/* What this program lacks here, and how it was built. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../models/model.h"
#include "look.h"

static bool on_path(const struct machine *machine, const char *program)
{
	char file[PATH_MAX];

	for (const char *folder = machine->path; *folder;) {
		int length = strcspn(folder, ":");
		snprintf(file, sizeof file, "%.*s/%s", length, folder, program);
		if (access(file, X_OK) == 0)
			return true;
		folder += length + (folder[length] == ':');
	}
	return false;
}

static void look_program(
	const struct machine *machine, struct symptom *symptom, const char *program)
{
	bool there = on_path(machine, program);

	tell(symptom, there ? SEVERITY_OK : SEVERITY_NOTE, "%s is %s", program,
		there ? "installed" : "not on the PATH");
}

void look_gnuplot(const struct machine *machine, struct symptom *symptom)
{
	look_program(machine, symptom, "gnuplot");
}

void look_hyperfine(const struct machine *machine, struct symptom *symptom)
{
	look_program(machine, symptom, "hyperfine");
}

void look_valgrind(const struct machine *machine, struct symptom *symptom)
{
	look_program(machine, symptom, "valgrind");
}

void look_models(const struct machine *machine, struct symptom *symptom)
{
	char text[FOUND_MAX] = "";
	size_t length = 0;

	for (const struct model *const *row = machine->models; *row; row++) {
		const char *why = model_unavailable(*row, NULL);
		if (why && length < sizeof text)
			length += snprintf(text + length, sizeof text - length, "%s%s: %s",
				*text ? "; " : "", (*row)->name, why);
	}
	tell(symptom, *text ? SEVERITY_NOTE : SEVERITY_OK, "%s",
		*text ? text : "every model is available");
}

void look_build(const struct machine *machine, struct symptom *symptom)
{
	if (strstr(machine->flags, "-fsanitize"))
		tell(symptom, SEVERITY_WARNING, "built with a sanitizer: times mean nothing");
	else if (!strstr(machine->flags, "-O2") && !strstr(machine->flags, "-O3"))
		tell(symptom, SEVERITY_WARNING, "built without optimisation: times mean little");
	else
		tell(symptom, SEVERITY_OK, "built with optimisation");
}
