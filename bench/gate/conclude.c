/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "gate.h"

/* How many findings of the cells (or of the control alone) have that verdict. */
static size_t count(const struct gate *gate, enum verdict verdict, bool control)
{
	size_t found = 0;

	for (size_t i = 0; i < gate->cell_count; i++)
		for (int m = 0; m < METRICS; m++)
			found += gate->cells[i].control == control &&
				gate->cells[i].findings[m].verdict == verdict;
	return found;
}

/* The first cell whose trial of that side failed, or was invalid; or NULL. */
static const struct gate_cell *broken(const struct gate *gate, enum side side, bool invalid)
{
	for (size_t i = 0; i < gate->cell_count; i++) {
		const struct gate_cell *cell = &gate->cells[i];
		if (strcmp(cell->status, "ok") != 0 && cell->bad_side == side &&
			(strcmp(cell->status, "invalid") == 0) == invalid)
			return cell;
	}
	return NULL;
}

static bool any_ok(const struct gate *gate)
{
	for (size_t i = 0; i < gate->cell_count; i++)
		if (!gate->cells[i].control && strcmp(gate->cells[i].status, "ok") == 0)
			return true;
	return false;
}

static void set(struct gate *gate, enum verdict verdict, const char *reason)
{
	gate->verdict = verdict;
	snprintf(gate->reason, sizeof gate->reason, "%s", reason);
}

/* Whether head is worse by a count, which no machine makes more. */
static bool more_counted(const struct gate *gate)
{
	for (size_t i = 0; i < gate->cell_count; i++)
		for (int m = 0; m < METRICS; m++)
			if (gated_metrics[m].source != FROM_PAIRS &&
				gate->cells[i].findings[m].verdict == REGRESSION)
				return true;
	return false;
}

static void set_of_cell(
	struct gate *gate, enum verdict verdict, const char *format, const struct gate_cell *cell)
{
	char where[160] = "";

	if (cell->spec.workload)
		snprintf(where, sizeof where, " in %s under %s", cell->names[0], cell->names[1]);
	gate->verdict = verdict;
	snprintf(gate->reason, sizeof gate->reason, format, where, cell->reason);
}

void gate_conclude(struct gate *gate)
{
	const struct gate_cell *cell;

	set(gate, NO_REGRESSION, "");
	if ((cell = broken(gate, HEAD, false)))
		set_of_cell(gate, REGRESSION, "head fails%s, where base does not: %s", cell);
	else if (more_counted(gate))
		set(gate, REGRESSION, "");
	else if (count(gate, REGRESSION, true) + count(gate, IMPROVEMENT, true) > 0)
		set(gate, INCONCLUSIVE,
			"the control cell, the same program in both arms, differs: the machine "
			"treats the two unalike");
	else if (count(gate, REGRESSION, false) > 0)
		set(gate, REGRESSION, "");
	else if (!any_ok(gate))
		set(gate, INCONCLUSIVE, "no cell could be measured");
	else if ((cell = broken(gate, HEAD, true)))
		set_of_cell(gate, INCONCLUSIVE, "head's numbers do not hold%s: %s", cell);
	else if (count(gate, INCONCLUSIVE, false) > 0)
		set(gate, INCONCLUSIVE, "");
	else if ((cell = broken(gate, BASE, false)))
		set_of_cell(gate, NO_REGRESSION, "base fails%s, which was not gated: %s", cell);
}
