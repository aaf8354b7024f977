/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "../command.h"

/*
 * `concbench report FILE.json -o report.html`: a results file as one page that needs
 * nothing else. Its frame is plot/report/page.html.
 */
extern const struct command report_command;

#endif
