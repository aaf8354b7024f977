/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_HISTORY_MAIN_H
#define HISTORY_HISTORY_MAIN_H

/* `concbench history add|show|plot`: a folder of results files over time. An exit status. */
int history_main(int argc, char **argv);

#endif
