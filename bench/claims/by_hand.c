/* SPDX-License-Identifier: MIT */
/* The commands by which a reader measures a claim's arms without us. */
#include <string.h>

#include "observe.h"
#include "outcome.h"

/* Whether two arms differ in nothing but their model. */
static bool same_cell(const struct claim_arm *a, const struct claim_arm *b)
{
	return strcmp(a->workload, b->workload) == 0 && a->concurrency == b->concurrency &&
		a->tasks == b->tasks && claim_same(a->params, b->params);
}

/* The first arm of the k-th command, or NULL. */
static const struct claim_arm *first_of(const struct claim_arm *arms, size_t k)
{
	for (const struct claim_arm *arm = arms; arm->name; arm++) {
		const struct claim_arm *earlier = arms;
		while (earlier < arm && !same_cell(earlier, arm))
			earlier++;
		if (earlier == arm && k-- == 0)
			return arm;
	}
	return NULL;
}

static void put_params(const char *params, FILE *out)
{
	for (const char *at = params; at && *at; at += strspn(at, " ")) {
		int length = strcspn(at, " ");
		fprintf(out, " --param %.*s", length, at);
		at += length;
	}
}

bool claim_command(const struct claim *claim, size_t k, char text[CLAIM_COMMAND_MAX])
{
	const struct claim_arm *first = first_of(claim->arms, k);
	struct trial_spec spec;

	if (!first || arm_spec(first, &spec) != 0)
		return false;
	FILE *out = fmemopen(text, CLAIM_COMMAND_MAX, "w");
	if (!out)
		return false;
	fprintf(out, "concbench run -m %s", first->model);
	for (const struct claim_arm *arm = first + 1; arm->name; arm++)
		if (same_cell(arm, first))
			fprintf(out, ",%s", arm->model);
	fprintf(out, " -w %s -c %u", first->workload, spec.concurrency);
	if (first->tasks > 0)
		fprintf(out, " -n %llu", (unsigned long long)first->tasks);
	put_params(first->params, out);
	return fclose(out) == 0;
}
