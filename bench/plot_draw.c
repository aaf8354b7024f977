/* SPDX-License-Identifier: MIT */
#include "plot_draw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "plot_table.h"

static const char *const kinds[PLOT_KINDS] = { "throughput", "bars", "latency", "cost" };

void plot_picture_name(const struct group *group, enum plot_kind kind, char name[static PLOT_NAME])
{
	if (group->variant == 1)
		snprintf(name, PLOT_NAME, "%s-%s", kinds[kind], group->workload);
	else
		snprintf(name, PLOT_NAME, "%s-%s-%u", kinds[kind], group->workload, group->variant);
}

static int write_tables(
	const struct gnuplot *gnuplot, const json_t *root, const struct group *group, size_t number)
{
	char table[48], words[48], facts[48];
	FILE *file;
	int err;

	snprintf(table, sizeof table, "group-%zu.tsv", number);
	snprintf(words, sizeof words, "group-%zu-words.tsv", number);
	snprintf(facts, sizeof facts, "group-%zu.gp", number);
	if (!(file = gnuplot_create(gnuplot, table)))
		return -errno;
	plot_put_table(group, file);
	if ((err = gnuplot_finish(file)) != 0)
		return err;
	if (!(file = gnuplot_create(gnuplot, words)))
		return -errno;
	plot_put_words(group, file);
	if ((err = gnuplot_finish(file)) != 0)
		return err;
	if (!(file = gnuplot_create(gnuplot, facts)))
		return -errno;
	fprintf(file, "table = '%s'\nwords_table = '%s'\n", table, words);
	plot_put_facts(group, root, file);
	return gnuplot_finish(file);
}

static int put_pictures(struct gnuplot *gnuplot, const struct groups *groups, const char *format,
	plot_wanted_fn *wanted, FILE *driver)
{
	char name[PLOT_NAME];
	int err = 0;

	plot_put_columns(driver);
	for (size_t i = 0; i < groups->count; i++) {
		fprintf(driver, "load 'group-%zu.gp'\n", i + 1);
		for (enum plot_kind kind = 0; kind < PLOT_KINDS && !err; kind++) {
			if (!wanted(&groups->list[i], kind))
				continue;
			plot_picture_name(&groups->list[i], kind, name);
			err = gnuplot_picture(gnuplot, driver, name, format);
			fprintf(driver, "load scripts.'%s.gp'\n", kinds[kind]);
		}
	}
	return err;
}

static int write_driver(struct gnuplot *gnuplot, const struct groups *groups, const char *format,
	plot_wanted_fn *wanted)
{
	FILE *driver = gnuplot_driver(gnuplot, format);

	if (!driver)
		return -errno;
	int err = put_pictures(gnuplot, groups, format, wanted, driver);
	int written = gnuplot_finish(driver);
	return err ? err : written;
}

int plot_draw(struct gnuplot *gnuplot, const json_t *root, const struct groups *groups,
	const char *const *formats, size_t count, plot_wanted_fn *wanted)
{
	int err = 0;

	for (size_t i = 0; i < groups->count && !err; i++)
		err = write_tables(gnuplot, root, &groups->list[i], i + 1);
	for (size_t i = 0; i < count && !err; i++)
		err = write_driver(gnuplot, groups, formats[i], wanted);
	if (err)
		return cli_error(gnuplot->command, "cannot write to '%s': %s", gnuplot->folder,
			strerror(-err));
	return gnuplot_draw(gnuplot);
}
