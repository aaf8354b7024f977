/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "command.h"
#include "compare/compare.h"
#include "export/export.h"
#include "gate/gate.h"
#include "history/history_main.h"
#include "import/import.h"
#include "list.h"
#include "load_main.h"
#include "origin.h"
#include "plot.h"
#include "run.h"
#include "selftest/selftest.h"
#include "serve.h"
#include "sweep/sweep_main.h"
#include "trace/trace_main.h"
#include "trial.h"

const struct command *const commands[] = {
	&(const struct command){
		"list", "what can be run: models, workloads, profiles", .main = list_main },
	&(const struct command){ "run", "measure: every model on every workload, or those you name",
		.main = run_main },
	&(const struct command){ "sweep",
		"latency against load, and the highest rate that meets an SLO",
		.main = sweep_main },
	&(const struct command){ "serve", "serve echo, http or websocket under a model, by hand",
		.main = serve_main },
	&(const struct command){
		"load", "load a server and see how long replies take", .main = load_main },
	&(const struct command){ "compare",
		"two runs that were saved: what is worse, what is better", .main = compare_main },
	&(const struct command){ "gate", "hold this build against another, pair by pair: for CI",
		.main = gate_main },
	&(const struct command){
		"selftest", "how often a gate is wrong on this machine", .main = selftest_main },
	&plot_command,
	&trace_command,
	&(const struct command){ "history", "results over time: what changed, and at which commit",
		.main = history_main },
	&(const struct command){
		"export", "a results file in another format", .main = export_main },
	&(const struct command){
		"import", "another benchmark's results, as a results file", .main = import_main },
	&(const struct command){
		"origin", "the HTTP server the workloads talk to, by hand", .main = origin_main },
	&(const struct command){ "trial", .main = trial_main },
	NULL,
};
