/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "save.h"

static const char *const statuses[] = {
	"ok",
	"failed",
	"timeout",
	"crashed",
	"unavailable",
	"invalid",
	NULL,
};

bool is_plain_name(const char *text)
{
	if (!text || !isalnum((unsigned char)*text) || strlen(text) > 64)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("_-.+", *text))
			return false;
	return true;
}

/* MODEL, or MODEL:NAME=VALUE..: the same with two more signs, which only tables show. */
static bool is_model_name(const json_t *value)
{
	char plain[65];
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= sizeof plain)
		return false;
	strcpy(plain, text);
	for (char *c = plain; *c; c++)
		if (c > plain && strchr(":=", *c))
			*c = '_';
	return is_plain_name(plain);
}

static bool is_status(const json_t *value)
{
	const char *text = json_string_value(value);

	for (const char *const *status = statuses; text && *status; status++)
		if (strcmp(*status, text) == 0)
			return true;
	return false;
}

static bool is_null_or(const json_t *value, json_type type)
{
	return !value || json_is_null(value) || json_typeof(value) == type;
}

static bool are_trials(const json_t *value)
{
	size_t i;
	json_t *trial;

	if (!json_is_array(value))
		return false;
	json_array_foreach(value, i, trial)
	{
		if (!is_status(json_object_get(trial, "status")))
			return false;
	}
	return true;
}

static bool is_plain_object(const json_t *value)
{
	const char *key;
	json_t *item;

	if (!json_is_object(value))
		return false;
	json_object_foreach((json_t *)value, key,
		item) if (!json_is_integer(item) && !json_is_string(item)) return false;
	return true;
}

/* What is wrong with a cell, or NULL. */
static const char *cell_fault(const json_t *cell)
{
	if (!json_is_object(cell))
		return "is not an object";
	if (!is_plain_name(json_string_value(json_object_get(cell, "workload"))))
		return "has no \"workload\" that is a plain name";
	if (!is_model_name(json_object_get(cell, "model")))
		return "has no \"model\" that is a plain name";
	if (json_integer_value(json_object_get(cell, "concurrency")) < 1)
		return "has no \"concurrency\" of 1 or more";
	if (!is_status(json_object_get(cell, "status")))
		return "has no known \"status\"";
	if (!is_null_or(json_object_get(cell, "reason"), JSON_STRING))
		return "has a \"reason\" that is no text";
	if (!is_plain_object(json_object_get(cell, "params")))
		return "has no \"params\" of whole numbers and texts";
	if (!are_trials(json_object_get(cell, "trials")))
		return "has no \"trials\", each with a known \"status\"";
	if (!is_null_or(json_object_get(cell, "summary"), JSON_OBJECT))
		return "has a \"summary\" that is no object";
	if (!is_null_or(json_object_get(cell, "whole_process_s"), JSON_OBJECT))
		return "has a \"whole_process_s\" that is no object";
	return NULL;
}

/* Whether root is a result of this schema; else why not, in reason. */
static bool check(const json_t *root, const char *path, char *reason, size_t size)
{
	const json_t *schema = json_object_get(root, "schema");
	const json_t *cells = json_object_get(root, "cells");
	size_t i;
	json_t *cell;

	if (!schema)
		snprintf(
			reason, size, "'%s' is not a concbench result: it has no \"schema\"", path);
	else if (json_integer_value(schema) < 1)
		snprintf(reason, size,
			"'%s' is not a concbench result: its \"schema\" is not a version number",
			path);
	else if (json_integer_value(schema) > RESULT_SCHEMA)
		snprintf(reason, size,
			"'%s' has schema %lld, and this concbench reads only schema %d; use a "
			"newer one",
			path, (long long)json_integer_value(schema), RESULT_SCHEMA);
	else if (!json_is_array(cells))
		snprintf(reason, size, "'%s' is not a valid concbench result: it has no \"cells\"",
			path);
	else {
		json_array_foreach(cells, i, cell)
		{
			const char *fault = cell_fault(cell);
			if (!fault)
				continue;
			snprintf(reason, size, "'%s' is not a valid concbench result: cell %zu %s",
				path, i + 1, fault);
			return false;
		}
		return true;
	}
	return false;
}

/* Opened first by itself: jansson tells neither a missing file from a bad one nor a folder. */
static FILE *open_result(const char *path, char *reason, size_t size)
{
	struct stat st;
	FILE *file = fopen(path, "re");

	if (file && fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode)) {
		fclose(file);
		file = NULL;
		errno = EISDIR;
	}
	if (!file)
		snprintf(reason, size, "cannot read '%s': %s", path, strerror(errno));
	return file;
}

/* For json_load_callback, which is several times as fast as json_loadf's characters one by one. */
static size_t read_some(void *buffer, size_t size, void *file)
{
	size_t got = fread(buffer, 1, size, file);

	return got == 0 && ferror(file) ? (size_t)-1 : got;
}

json_t *result_read_json(const char *path, char *reason, size_t size)
{
	json_error_t error;
	FILE *file = open_result(path, reason, size);

	if (!file)
		return NULL;
	json_t *root = json_load_callback(read_some, file, JSON_REJECT_DUPLICATES, &error);
	fclose(file);
	if (!root) {
		bool cut = json_error_code(&error) == json_error_premature_end_of_input;
		snprintf(reason, size, "'%s' is not JSON (line %d: %s)%s", path, error.line,
			error.text, cut ? "; it may be truncated" : "");
	}
	return root;
}

json_t *result_load(const char *path, char *reason, size_t size)
{
	json_t *root = result_read_json(path, reason, size);

	if (!root || check(root, path, reason, size))
		return root;
	json_decref(root);
	return NULL;
}

char *result_text(const json_t *root, size_t *size)
{
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));

	if (!text)
		return NULL;
	*size = strlen(text) + 1;
	text[*size - 1] = '\n'; /* in place of the final NUL, which nobody needs */
	return text;
}

int result_save(const json_t *root, const char *path)
{
	size_t size;
	char *text = result_text(root, &size);
	int err = text ? save_file(path, text, size) : -ENOMEM;

	free(text);
	return err;
}
