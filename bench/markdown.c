/* SPDX-License-Identifier: MIT */
#include "markdown.h"

#include <string.h>

void markdown_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (strchr(MARKDOWN_MARKS, *text))
			putc('\\', out);
		putc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
}
