/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../export/export.h"
#include "../table.h"
#include "page.h"

enum { GZIP_BITS = 15 + 16 }; /* the largest window, and gzip's header */

/* As `gzip -9` does, to be freed. 0 or -ENOMEM. */
static int pack(const char *text, size_t size, unsigned char **packed, size_t *packed_size)
{
	z_stream stream = { 0 };

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_BITS, 9,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	size_t room = deflateBound(&stream, size);
	*packed = malloc(room);
	stream.next_in = (unsigned char *)text;
	stream.avail_in = size;
	stream.next_out = *packed;
	stream.avail_out = room;
	int err = *packed && deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : -ENOMEM;
	*packed_size = stream.total_out;
	deflateEnd(&stream);
	return err;
}

static int put_base64(const unsigned char *bytes, size_t size, FILE *out)
{
	unsigned char *text = malloc(4 * ((size + 2) / 3) + 1);

	if (!text)
		return -ENOMEM;
	EVP_EncodeBlock(text, bytes, (int)size);
	fputs((char *)text, out);
	free(text);
	return 0;
}

/* A link that holds text. It works by itself; plot/report/page.js makes it give the text unpacked.
 */
static int put_link(const struct report *report, const char *ending, const char *what,
	const char *text, size_t size, struct html *html)
{
	unsigned char *packed = NULL;
	size_t packed_size, stem = strlen(report->name);
	char room[16];
	int err = pack(text, size, &packed, &packed_size);

	if (err)
		goto out;
	if (stem > 5 && strcmp(report->name + stem - 5, ".json") == 0)
		stem -= 5;
	fputs("<li><a class=\"download\" download=\"", html->out);
	fprintf(html->text, "%.*s.%s.gz", (int)stem, report->name, ending);
	fputs("\" href=\"data:application/gzip;base64,", html->out);
	err = put_base64(packed, packed_size, html->out);
	fprintf(html->out, "\">%s</a> <span class=\"unit\">%s, as gzip %s</span></li>\n", what,
		format_figure((double)size, "bytes", room),
		format_figure((double)packed_size, "bytes", (char[16]){ 0 }));
out:
	free(packed);
	return err;
}

static int put_json(const struct report *report, struct html *html)
{
	char *text = json_dumps(report->root, JSON_COMPACT | JSON_REAL_PRECISION(15));
	int err = text
		? put_link(report, "json", "The whole results file, JSON", text, strlen(text), html)
		: -ENOMEM;

	free(text);
	return err;
}

static int put_csv(const struct report *report, struct html *html)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? export_csv(report->root, out, stderr) : -ENOMEM;

	if (out && fclose(out) != 0 && !err)
		err = -errno;
	if (!err)
		err = put_link(report, "csv", "A row a trial, CSV", text, size, html);
	free(text);
	return err;
}

int page_data(const struct report *report, struct html *html)
{
	fputs("<p>This page holds its data.</p>\n<ul>\n", html->out);
	int err = put_json(report, html);
	if (!err)
		err = put_csv(report, html);
	fputs("</ul>\n", html->out);
	return err;
}
