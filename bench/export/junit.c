/* SPDX-License-Identifier: MIT */
/* A test suite a workload, a case a cell: whether it could be measured, not how fast it was. */
#include "../junit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "common.h"
#include "export.h"

/* The texts of the cases are kept until all is written. */
struct document {
	struct junit_suite *suites;
	struct junit_case *cases;
	size_t suite_count, case_count;
	json_t *texts;
};

static enum junit_kind kind_of(const json_t *cell)
{
	const char *status = text_at(cell, "status");

	if (cell_ok(cell))
		return JUNIT_PASSED;
	if (strcmp(status, "unavailable") == 0)
		return JUNIT_SKIPPED;
	return strcmp(status, "crashed") == 0 || strcmp(status, "timeout") == 0 ? JUNIT_ERROR
										: JUNIT_FAILURE;
}

/* NAN where no trial tells. */
static double time_of(const json_t *cell)
{
	double sum_s = NAN;
	json_t *trial;
	size_t i;

	json_array_foreach(json_object_get(cell, "trials"), i, trial)
	{
		double elapsed_s = number_at(trial, "elapsed_s");
		if (!isnan(elapsed_s))
			sum_s = (isnan(sum_s) ? 0 : sum_s) + elapsed_s;
	}
	return sum_s;
}

static const char *keep(struct document *document, json_t *text)
{
	return json_array_append_new(document->texts, text) == 0 ? json_string_value(text) : NULL;
}

/* 0 or -ENOMEM. */
static int add_case(struct document *document, const json_t *cell)
{
	const char *class_name = keep(
		document, json_sprintf("%s.%s", text_at(cell, "workload"), text_at(cell, "model")));
	const char *reason = text_at(cell, "reason");

	if (!class_name)
		return -ENOMEM;
	/* What is left of WORKLOAD/MODEL/cN.. after the two. */
	document->cases[document->case_count++] = (struct junit_case){
		.classname = class_name,
		.name = text_at(cell, "name") + strlen(class_name) + 1,
		.time_s = time_of(cell),
		.kind = kind_of(cell),
		.type = text_at(cell, "status"),
		.message = *reason ? reason : NULL,
	};
	return 0;
}

/* The cells of one workload, wherever they stand: a reader takes suites of one name for one. */
static int add_suite(struct document *document, const json_t *root, size_t first)
{
	const json_t *cells = json_object_get(root, "cells");
	const char *workload = text_at(json_array_get(cells, first), "workload");
	const char *started = text_at(root, "started");
	struct junit_suite *suite = &document->suites[document->suite_count++];
	int err = 0;

	*suite = (struct junit_suite){
		.name = workload,
		.started = *started ? started : NULL,
		.cases = document->cases + document->case_count,
	};
	for (size_t i = first; i < json_array_size(cells); i++) {
		const json_t *cell = json_array_get(cells, i);
		if (strcmp(text_at(cell, "workload"), workload) != 0)
			continue;
		err |= add_case(document, cell);
		suite->count++;
	}
	return err;
}

static bool has_suite(const struct document *document, const char *workload)
{
	for (size_t i = 0; i < document->suite_count; i++)
		if (strcmp(document->suites[i].name, workload) == 0)
			return true;
	return false;
}

int export_junit(const json_t *root, FILE *out, FILE *notes)
{
	size_t count = json_array_size(json_object_get(root, "cells")), i;
	json_t *cell;
	struct document document = {
		.suites = calloc(count + 1, sizeof *document.suites),
		.cases = calloc(count + 1, sizeof *document.cases),
		.texts = json_array(),
	};
	int err = document.suites && document.cases && document.texts ? 0 : -ENOMEM;

	json_array_foreach(json_object_get(root, "cells"), i,
		cell) if (!err && !has_suite(&document, text_at(cell, "workload")))
		err = add_suite(&document, root, i);
	if (!err)
		junit_write("concbench", document.suites, document.suite_count, out);
	fputs("concbench export: JUnit XML says which cells could be measured, and no measured "
	      "value\n",
		notes);
	json_decref(document.texts);
	free(document.cases);
	free(document.suites);
	return err;
}
