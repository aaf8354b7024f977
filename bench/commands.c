/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "claims/claims_main.h"
#include "command.h"
#include "compare/compare.h"
#include "completion.h"
#include "doctor/doctor.h"
#include "export/export.h"
#include "gate/gate.h"
#include "history/history_main.h"
#include "import/import.h"
#include "list.h"
#include "load_main.h"
#include "man.h"
#include "map/map_main.h"
#include "origin.h"
#include "plot.h"
#include "report/report.h"
#include "run.h"
#include "selftest/selftest.h"
#include "serve.h"
#include "sweep/sweep_main.h"
#include "trace/trace_main.h"
#include "trial.h"

const struct command *const commands[] = {
	&list_command,
	&run_command,
	&sweep_command,
	&serve_command,
	&load_command,
	&compare_command,
	&gate_command,
	&selftest_command,
	&claims_command,
	&plot_command,
	&trace_command,
	&report_command,
	&map_command,
	&doctor_command,
	&history_command,
	&export_command,
	&import_command,
	&origin_command,
	&completion_command,
	&man_command,
	&trial_command,
	NULL,
};
