/* SPDX-License-Identifier: MIT */
#ifndef GATE_GATE_H
#define GATE_GATE_H

/*
 * A gate: two programs, base and head, run the same cells in pairs of launches,
 * and every way in which head is worse by more than a threshold is looked for.
 * docs/method.md tells the statistics and why they are these.
 */
#include <jansson.h>
#include <stdbool.h>

#include "../command.h"
#include "../progress.h"
#include "../rng.h"
#include "../trial.h"
#include "arm.h"
#include "metrics.h"

enum {
	GATE_LOOKS = 3,   /* at the pairs so far; each look but the first has twice as many */
	GATE_COUNTED = 10 /* traced launches an arm */
};

/* The chance that a gate of identical programs finds a regression is below this. */
#define GATE_ALPHA 0.01

enum verdict { NOT_GATED, NO_REGRESSION, IMPROVEMENT, INCONCLUSIVE, REGRESSION };

/* The launches of one cell as one metric saw them; pair i is base[i] and head[i]. */
struct samples {
	double *values[SIDES];
	size_t count;
};

/* What is made of them. Ratios are head / base; NAN where there is none. */
struct finding {
	enum verdict verdict;
	double base, head; /* medians */
	double ratio, low, high, confidence, hodges_lehmann;
	double threshold, noise, p, p_adjusted;
	unsigned pairs_needed; /* for a verdict; 0: enough */
	char reason[160];
};

struct gate_cell {
	struct trial_spec spec; /* spec.workload NULL: of the commands */
	const char *names[2];   /* workload and model, as the document has them */
	char *text;             /* what spec's texts point into */
	bool control;           /* base in both arms */
	bool open;              /* more pairs are to come */
	const char *status;     /* "ok", or the status of a trial that was not */
	char reason[256];       /* of that trial */
	enum side bad_side;     /* whose it was */
	bool uncountable;       /* it cannot be traced */
	double elapsed_s;
	struct samples samples[METRICS];
	struct finding findings[METRICS];
};

struct gate {
	struct arm arms[SIDES];
	struct gate_cell *cells;
	size_t cell_count;
	double threshold; /* a share: 0.03 */
	unsigned pairs;   /* of the first look; even */
	uint64_t seed;
	bool counts, instructions;
	unsigned time_limit_s; /* of a trial */
	const volatile int *stop;

	/* Out. */
	enum verdict verdict;
	char reason[512];
	double elapsed_s, trials_s, build_s; /* elapsed: all but the build */
	json_t *notes;
	struct progress progress;
};

/* Pairs of a cell that is looked at to the end. */
unsigned gate_pairs_most(const struct gate *gate);

/*
 * Make the cells of a list or file of such (NULL: the standard ones), a control
 * among them, and those that not both arms have are left out with a note. 0 or
 * an exit status, with what is wrong said on stderr as of command.
 */
int gate_cells(struct gate *gate, const char *command, const char *list);

/* One cell, of the arms' commands. 0 or an exit status. */
int gate_command_cell(struct gate *gate, const char *command);

/*
 * Launch both commands once, unmeasured: 0, or EXIT_USAGE where sh cannot run
 * one, each said on stderr as of command, or EXIT_INTERRUPTED.
 */
int gate_try_commands(const struct gate *gate, const char *command);

/* Run the pairs and come to the verdict. 0, or -EINTR when it was stopped, or -ENOMEM. */
int gate_run(struct gate *gate);

/* Whether launches of that kind, of trials or commands as it is, tell metric m. */
bool gate_has(const struct gate *gate, int m, bool counted);

/* Launch one side of a cell and keep what it came to. 0, -EINTR; a bad trial closes the cell. */
int gate_sample(struct gate *gate, struct gate_cell *cell, enum side side, bool counted);

/*
 * The instructions of a cell's task on both sides. 0, -EINTR, -ENOENT without
 * valgrind, or another -errno where this cell cannot have it (bench/instructions.h).
 */
int gate_count_instructions(struct gate *gate, struct gate_cell *cell);

/* Findings of all cells from their samples; closes those that need no more pairs. */
int gate_judge(struct gate *gate);

/* The verdict on the whole, once no cell is open. */
void gate_conclude(struct gate *gate);

/* The document, as results/gate-schema.json has it. A new reference. */
json_t *gate_document(const struct gate *gate, json_t *options);

/* Forget all samples and findings, for another gate of the same cells. */
void gate_reset(struct gate *gate);

void gate_free(struct gate *gate);

/* `concbench gate`; its options are those of options.h. */
extern const struct command gate_command;
int gate_main(int argc, char **argv);

#endif
