/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../cli.h"
#include "../gnuplot.h"
#include "sweep_plot_table.h"
#include "view.h"

/* Picture sweep-NAME.png is drawn by plot/sweep-NAME.gp from the table NAME.tsv. */
static const struct picture {
	const char *name;
	sweep_put_fn *put;
} pictures[] = {
	{ "latency", sweep_put_curves },
	{ "percentiles", sweep_put_percentiles },
	{ "connections", sweep_put_connections },
	{ "cost", sweep_put_costs },
};

enum { PICTURES = sizeof pictures / sizeof *pictures };

static int write_table(const struct gnuplot *gnuplot, const json_t *root, size_t i)
{
	char name[64];

	snprintf(name, sizeof name, "%s.tsv", pictures[i].name);
	FILE *file = gnuplot_create(gnuplot, name);
	if (!file)
		return -errno;
	pictures[i].put(root, file);
	return gnuplot_finish(file);
}

static int write_driver(struct gnuplot *gnuplot, const json_t *root)
{
	FILE *driver = gnuplot_driver(gnuplot, "png");
	char name[64];
	int err = 0;

	if (!driver)
		return -errno;
	sweep_put_facts(root, driver);
	for (size_t i = 0; i < PICTURES && !err; i++) {
		snprintf(name, sizeof name, "sweep-%s", pictures[i].name);
		fprintf(driver, "table = '%s.tsv'\n", pictures[i].name);
		err = gnuplot_picture(gnuplot, driver, name, "png");
		fprintf(driver, "load scripts.'%s.gp'\n", name);
	}
	int written = gnuplot_finish(driver);
	return err ? err : written;
}

static int draw(struct gnuplot *gnuplot, const json_t *root)
{
	int err = write_driver(gnuplot, root);

	for (size_t i = 0; i < PICTURES && !err; i++)
		err = write_table(gnuplot, root, i);
	if (err)
		return cli_error(gnuplot->command, "cannot write to '%s': %s", gnuplot->folder,
			strerror(-err));
	return gnuplot_draw(gnuplot);
}

int sweep_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, command, dir, stop);

	if (status)
		return status;
	status = draw(&gnuplot, root);
	if (!status)
		printf("%zu pictures in %s\n", gnuplot.picture_count, dir);
	gnuplot_close(&gnuplot, status);
	return status;
}
