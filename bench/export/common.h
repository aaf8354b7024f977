/* SPDX-License-Identifier: MIT */
#ifndef EXPORT_COMMON_H
#define EXPORT_COMMON_H

/* What several formats' writers share. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Give each cell of a result a "name", no two alike: WORKLOAD/MODEL/cCONCURRENCY,
 * followed, where cells would share it, by /NAME=VALUE for each parameter that tells
 * them apart, and by #2 and so on for what is still alike. 0 or -ENOMEM.
 */
int export_name_cells(json_t *root);

/*
 * name, or where it is among those taken, with mark and the first number from 2 on that
 * is free; it is added to them. A new reference; NULL without memory.
 */
json_t *export_unique(const char *name, const char *mark, json_t *taken);

/* Keep of root's cells only the one of that name. False where there is none. */
bool export_keep(json_t *root, const char *name);

/*
 * Whether a named cell's numbers stand for something: it is ok and no demonstration.
 * Else say in notes that the format leaves it out.
 */
bool export_takes(const json_t *cell, const char *format, FILE *notes);

/* A finite number with as few digits as give the same number back. */
void export_number(double value, FILE *out);

/* With each character that is neither a letter, a digit nor one of `also` made a _. To be freed. */
char *export_plain(const char *text, const char *also);

/*
 * A column's name for a measure of what is called name, with signs that Otava could
 * trip over made a _; numbered where it is among those taken, to which it is added. A
 * new reference; NULL without memory.
 */
json_t *export_column(const char *name, const char *key, json_t *taken);

/* json as a document, indented, closed by a line's end. Takes the reference. 0 or -ENOMEM. */
int export_json(json_t *json, FILE *out);

#endif
