/* SPDX-License-Identifier: MIT */
#include "../cli.h"
#include "view.h"

int sweep_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop)
{
	(void)root, (void)stop;
	return cli_error(command, "cannot draw in '%s' yet", dir);
}
