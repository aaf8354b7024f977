/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GNUPLOT_H
#define BENCH_GNUPLOT_H

/*
 * Pictures drawn by gnuplot with the scripts of plot/, all of them or none: its
 * input goes to a temporary folder in the folder that the pictures are for, and
 * what it has drawn is renamed into place once everything is there.
 *
 *	status = gnuplot_open(&gnuplot, "plot", dir, stop_on_signals());
 *	if (status)
 *		return status;
 *	file = gnuplot_driver(&gnuplot, "png");  // then gnuplot_picture, gnuplot_finish
 *	status = gnuplot_draw(&gnuplot);
 *	gnuplot_close(&gnuplot, status);
 *
 * One struct is of one thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { GNUPLOT_FOLDER = 4096, GNUPLOT_DRIVERS = 2 };

struct gnuplot {
	const char *command; /* that messages are of */
	const char *dir;     /* where the pictures go */
	const volatile int *stop;
	bool made; /* dir was made by gnuplot_open */
	char folder[GNUPLOT_FOLDER];
	const char *formats[GNUPLOT_DRIVERS]; /* each with a driver, run side by side */
	size_t format_count;
	char **pictures; /* the files that are to be there in the end */
	size_t picture_count;
};

/*
 * Find out before minutes of measuring that there is nowhere to draw: whether dir (NULL: no
 * pictures are wanted) is a folder to write to, or can be made. 0, or an exit status with what
 * is wrong said on stderr as that command. Leaves nothing behind.
 */
int gnuplot_check_dir(const char *command, const char *dir);

/*
 * Make dir if it is missing, and the temporary folder in it. When *stop is set,
 * gnuplot_draw ends. 0, or an exit status with what is wrong said on stderr;
 * then there is nothing to close.
 */
int gnuplot_open(
	struct gnuplot *gnuplot, const char *command, const char *dir, const volatile int *stop);

/* A new file in the temporary folder, which is where gnuplot runs. NULL with errno. */
FILE *gnuplot_create(const struct gnuplot *gnuplot, const char *name);

/*
 * A new driver, what gnuplot is to run for a format ("png" or "svg", to outlive
 * gnuplot_close). It sets format and scripts, the folder of plot/. NULL with errno.
 */
FILE *gnuplot_driver(struct gnuplot *gnuplot, const char *format);

/*
 * Have the driver set picture to NAME.FORMAT, and expect that file to be drawn
 * by what follows. name has no control characters. 0 or -ENOMEM.
 */
int gnuplot_picture(struct gnuplot *gnuplot, FILE *driver, const char *name, const char *format);

/* Close a file. 0 or -errno of everything written to it. */
int gnuplot_finish(FILE *file);

/*
 * Run the drivers, without the user's own settings and for at most 5 minutes,
 * and put the pictures in their place, over older ones. An exit status, with
 * what is wrong said on stderr; where that is not 0 for a fault of gnuplot or an
 * interruption, no picture was put in place.
 */
int gnuplot_draw(struct gnuplot *gnuplot);

/* Remove the temporary folder, and after a failure (status is not 0) a folder that was made. */
void gnuplot_close(struct gnuplot *gnuplot, int status);

#endif
