/* SPDX-License-Identifier: MIT */
#include <endian.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "hdr.h"

/* Of HdrHistogram's encoding: version 2, plain and compressed. */
enum { COOKIE = 0x1c849313, COOKIE_COMPRESSED = 0x1c849314, DIGITS = 3 };

/* As it stands before the counts, big-endian. */
struct payload_head {
	uint32_t cookie, payload_bytes, normalizing_offset, digits;
	uint64_t lowest, highest, conversion_ratio;
};

enum { COUNT_BYTES_MAX = 9, HEAD_BYTES = sizeof(struct payload_head) };

/* ZigZag, then seven bits a byte, the lowest first; the ninth byte holds eight. */
static unsigned char *put_number(unsigned char *to, int64_t number)
{
	uint64_t rest = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);

	for (int i = 0; i < COUNT_BYTES_MAX - 1 && rest > 0x7f; i++) {
		*to++ = 0x80 | (rest & 0x7f);
		rest >>= 7;
	}
	*to++ = rest;
	return to;
}

/* The counts up to that of the maximum; a run of empty slots is its length, negative. */
static unsigned char *put_counts(unsigned char *to, const struct histogram *histogram)
{
	int used = HISTOGRAM_SLOTS;
	int64_t empty = 0;

	while (used > 0 && histogram->slots[used - 1] == 0)
		used--;
	for (int slot = 0; slot < used; slot++) {
		if (histogram->slots[slot] == 0) {
			empty++;
			continue;
		}
		if (empty > 0)
			to = put_number(to, -empty);
		empty = 0;
		to = put_number(to, histogram->slots[slot]);
	}
	return to;
}

static size_t put_payload(unsigned char *payload, const struct histogram *histogram)
{
	double ratio = 1;
	size_t counts = put_counts(payload + HEAD_BYTES, histogram) - (payload + HEAD_BYTES);
	struct payload_head head = { .cookie = htobe32(COOKIE),
		.payload_bytes = htobe32(counts),
		.digits = htobe32(DIGITS),
		.lowest = htobe64(1),
		.highest = htobe64(HISTOGRAM_MAX_NS) };

	memcpy(&head.conversion_ratio, &ratio, sizeof ratio);
	head.conversion_ratio = htobe64(head.conversion_ratio);
	memcpy(payload, &head, sizeof head);
	return sizeof head + counts;
}

/* Cookie, length, and what zlib makes of the payload. NULL without memory. */
static unsigned char *compress_payload(
	const unsigned char *payload, size_t payload_bytes, size_t *size)
{
	uLongf bytes = compressBound(payload_bytes);
	unsigned char *compressed = malloc(2 * sizeof(uint32_t) + bytes);

	if (!compressed ||
		compress(compressed + 2 * sizeof(uint32_t), &bytes, payload, payload_bytes) !=
			Z_OK) {
		free(compressed);
		return NULL;
	}
	uint32_t head[2] = { htobe32(COOKIE_COMPRESSED), htobe32(bytes) };
	memcpy(compressed, head, sizeof head);
	*size = sizeof head + bytes;
	return compressed;
}

char *hdr_encode(const struct histogram *histogram)
{
	size_t size = 0;
	char *text = NULL;
	unsigned char *payload = malloc(HEAD_BYTES + HISTOGRAM_SLOTS * COUNT_BYTES_MAX);
	unsigned char *compressed = payload
		? compress_payload(payload, put_payload(payload, histogram), &size)
		: NULL;

	if (compressed)
		text = malloc((size + 2) / 3 * 4 + 1);
	if (text)
		EVP_EncodeBlock((unsigned char *)text, compressed, (int)size);
	free(compressed);
	free(payload);
	return text;
}

static void write_head(const struct load_result *result, FILE *out)
{
	time_t start_s = result->start_unix_ns / 1000000000;
	char text[64];

	strftime(text, sizeof text, "%a %b %d %H:%M:%S GMT %Y", gmtime(&start_s));
	fprintf(out,
		"#[Histogram log format version 1.3]\n"
		"#[StartTime: %.3f (seconds since epoch), %s]\n"
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
		"\"Interval_Compressed_Histogram\"\n",
		result->start_unix_ns / 1e9, text);
}

/* The window's last second may be a part of one; those after it had only replies to wait for. */
static double length_s(const struct load_result *result, unsigned place)
{
	double left_s = result->window_s - place;

	return left_s > 0 && left_s < 1 ? left_s : 1;
}

static int write_interval(const struct load_result *result, unsigned place,
	const struct histogram *histogram, const char *tag, FILE *out)
{
	char *encoded = hdr_encode(histogram);

	if (!encoded)
		return -ENOMEM;
	fprintf(out, "Tag=%s,%.3f,%.3f,%.3f,%s\n", tag, (double)place, length_s(result, place),
		histogram->count ? histogram->max_ns / 1e6 : 0, encoded);
	free(encoded);
	return 0;
}

int hlog_write(const struct load_result *result, const char *tag, FILE *out)
{
	struct histogram *histogram = malloc(sizeof *histogram);
	int err = histogram ? 0 : -ENOMEM;

	write_head(result, out);
	for (unsigned i = 0; i < result->interval_count && !err; i++) {
		histogram_init(histogram);
		interval_merge(histogram, result->intervals[i]);
		err = write_interval(result, i, histogram, tag, out);
	}
	free(histogram);
	return err;
}
