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

/* The first cell whose trial of that side was not ok in a way that says something of it; or NULL.
 */
static const struct gate_cell *broken(const struct gate *gate, enum side side)
{
	for (size_t i = 0; i < gate->cell_count; i++) {
		const struct gate_cell *cell = &gate->cells[i];
		if (strcmp(cell->status, "ok") != 0 && cell->bad_side == side &&
			(side == BASE || strcmp(cell->status, "invalid") != 0))
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

void gate_conclude(struct gate *gate)
{
	const struct gate_cell *cell = broken(gate, HEAD);
	char reason[400];

	set(gate, NO_REGRESSION, "");
	if (count(gate, REGRESSION, true) + count(gate, IMPROVEMENT, true) > 0) {
		set(gate, INCONCLUSIVE,
			"the control cell, the same program in both arms, differs: the machine "
			"treats the two unalike");
	} else if (count(gate, REGRESSION, false) > 0) {
		set(gate, REGRESSION, "");
	} else if (cell) {
		snprintf(reason, sizeof reason,
			"head fails where base does not, in %s under %s: %s", cell->names[0],
			cell->names[1], cell->reason);
		set(gate, REGRESSION, reason);
	} else if (!any_ok(gate)) {
		set(gate, INCONCLUSIVE, "no cell could be measured");
	} else if (count(gate, INCONCLUSIVE, false) > 0) {
		set(gate, INCONCLUSIVE, "");
	} else if ((cell = broken(gate, BASE))) {
		snprintf(reason, sizeof reason,
			"base fails in %s under %s, which was not gated: %s", cell->names[0],
			cell->names[1], cell->reason);
		set(gate, NO_REGRESSION, reason);
	}
}
