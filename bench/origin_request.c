/* SPDX-License-Identifier: MIT */
#include "origin_request.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "origin.h"

/* A prime, so that a chunk of the body that is out of place never matches. */
enum { BLOCK_BYTES = 65521 };

/* The body repeats this block. Written once, by whoever needs it first. */
static pthread_once_t block_once = PTHREAD_ONCE_INIT;
static unsigned char block[BLOCK_BYTES];

/* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
static void make_block(void)
{
	uint64_t state = 0;

	for (size_t i = 0; i < BLOCK_BYTES; i += 8) {
		uint64_t z = state += 0x9e3779b97f4a7c15;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		z ^= z >> 31;
		for (size_t j = 0; j < 8 && i + j < BLOCK_BYTES; j++)
			block[i + j] = z >> 8 * j;
	}
}

void origin_request_init(void)
{
	pthread_once(&block_once, make_block);
}

const unsigned char *origin_request_body(uint64_t offset, uint64_t size, size_t *run_bytes)
{
	size_t at = offset % BLOCK_BYTES;

	*run_bytes = size < BLOCK_BYTES - at ? size : BLOCK_BYTES - at;
	return block + at;
}

void origin_fill(void *buf, size_t size, uint64_t offset)
{
	char *to = buf;
	size_t run_bytes;

	origin_request_init();
	for (; size > 0; size -= run_bytes, to += run_bytes, offset += run_bytes) {
		const void *from = origin_request_body(offset, size, &run_bytes);
		memcpy(to, from, run_bytes);
	}
}

static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return false;
		value = 10 * value + (*c - '0');
		if (value > max)
			return false;
	}
	*number = value;
	return *text != '\0';
}

static enum http_status read_query(struct origin_request *request, char *query)
{
	uint64_t delay_ms = 0, delay_us = 0;
	const struct {
		const char *name;
		uint64_t max, *number;
	} known[] = {
		{ "bytes", ORIGIN_BYTES_MAX, &request->bytes },
		{ "delay_ms", ORIGIN_DELAY_MS_MAX, &delay_ms },
		{ "delay_us", ORIGIN_DELAY_MS_MAX * UINT64_C(1000), &delay_us },
	};
	enum { KNOWN = sizeof known / sizeof *known };
	char *word;

	while ((word = strsep(&query, "&"))) {
		if (!*word)
			continue;
		const char *name = strsep(&word, "=");
		size_t i = 0;
		while (i < KNOWN && strcmp(name, known[i].name) != 0)
			i++;
		if (i == KNOWN) {
			snprintf(request->why, sizeof request->why,
				"the parameters are bytes, delay_ms and delay_us\n");
			return HTTP_STATUS_BAD_REQUEST;
		}
		if (!word || !read_number(word, known[i].max, known[i].number)) {
			snprintf(request->why, sizeof request->why,
				"%s must be a whole number from 0 to %" PRIu64 "\n", known[i].name,
				known[i].max);
			return HTTP_STATUS_BAD_REQUEST;
		}
	}
	request->delay_us = delay_ms * 1000 + delay_us;
	return HTTP_STATUS_OK;
}

static enum http_status refuse(struct origin_request *request, enum http_status status)
{
	snprintf(request->why, sizeof request->why,
		"there is only GET or HEAD /body?bytes=N&delay_ms=N\n");
	return status;
}

enum http_status origin_request_read(
	struct origin_request *request, enum http_method method, char *target, size_t size)
{
	static const char known[] = "/body";
	struct http_parser_url url;

	request->bytes = request->delay_us = 0;
	if (method != HTTP_GET && method != HTTP_HEAD)
		return refuse(request, HTTP_STATUS_METHOD_NOT_ALLOWED);
	http_parser_url_init(&url);
	if (http_parser_parse_url(target, size, 0, &url) != 0)
		return refuse(request, HTTP_STATUS_BAD_REQUEST);
	const char *path = target + url.field_data[UF_PATH].off;
	if (url.field_data[UF_PATH].len != strlen(known) || memcmp(path, known, strlen(known)) != 0)
		return refuse(request, HTTP_STATUS_NOT_FOUND);
	if (!(url.field_set & 1 << UF_QUERY))
		return HTTP_STATUS_OK;
	char *query = target + url.field_data[UF_QUERY].off;
	query[url.field_data[UF_QUERY].len] = '\0';
	return read_query(request, query);
}
