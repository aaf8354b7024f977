/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <errno.h>

static void escape(char c, FILE *out)
{
	if (c == '<')
		fputs("&lt;", out);
	else if (c == '>')
		fputs("&gt;", out);
	else if (c == '&')
		fputs("&amp;", out);
	else if (c == '"')
		fputs("&quot;", out);
	else if (c == '\'')
		fputs("&#39;", out);
	else if (((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
		putc(' ', out); /* HTML has no place for it */
	else
		putc(c, out);
}

static ssize_t write_text(void *cookie, const char *text, size_t size)
{
	FILE *out = cookie;

	for (size_t i = 0; i < size; i++)
		escape(text[i], out);
	return ferror(out) ? 0 : (ssize_t)size;
}

int html_open(struct html *html, FILE *out)
{
	*html = (struct html){ .out = out };
	html->text = fopencookie(out, "w", (cookie_io_functions_t){ .write = write_text });
	if (!html->text)
		return -ENOMEM;
	setvbuf(html->text, NULL, _IONBF, 0); /* so that it keeps its place among the markup */
	return 0;
}

int html_close(struct html *html)
{
	int bad = ferror(html->text);

	return fclose(html->text) != 0 || bad ? -EIO : 0;
}
