/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SWEEP_MAIN_H
#define SWEEP_SWEEP_MAIN_H

/* `concbench sweep ...`. An exit status. */
int sweep_main(int argc, char **argv);

#endif
