/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "table.h"

enum { LINE_WIDTH = 79 };

/* Three digits of number, and the unit it comes to: each is so many of the one before. */
static const char *three_digits(double number, int step, const char *const *units, char *text)
{
	if (isnan(number))
		return "-";
	while (fabs(number) >= 999.5 && units[1]) {
		number /= step;
		units++;
	}
	int decimals = fabs(number) < 9.995 ? 2 : fabs(number) < 99.95 ? 1 : 0;
	snprintf(text, 16, "%.*f%s", decimals, number, *units);
	return text;
}

const char *format_number(double number, char text[static 16])
{
	static const char *const units[] = { "", "k", "M", "G", NULL };

	return three_digits(number, 1000, units, text);
}

const char *format_time(double seconds, char text[static 16])
{
	static const char *const units[] = { "ns", "us", "ms", "s", NULL };

	return three_digits(seconds * 1e9, 1000, units, text);
}

const char *format_figure(double value, const char *unit, char text[static 16])
{
	static const char *const sizes[] = { "B", "KiB", "MiB", "GiB", NULL };

	if (strcmp(unit, "bytes") == 0)
		return three_digits(value, 1024, sizes, text);
	if (strcmp(unit, "ns") == 0)
		return format_time(value / 1e9, text);
	if (!(fabs(value) < 1000) || value != floor(value))
		return format_number(value, text);
	snprintf(text, 16, "%.0f", value);
	return text;
}

void table_put(FILE *out, const char *text, int width)
{
	int columns = 0;

	for (const char *c = text; *c; c++)
		columns += (*c & 0xc0) != 0x80;
	fprintf(out, "%s%*s", text, columns < width ? width - columns : width > 0, "");
}

void table_wrap(FILE *out, const char *text, int column)
{
	for (const char *between = ""; *text; between = " ") {
		int size = (int)strcspn(text, " ");
		if (column + 1 + size > LINE_WIDTH) {
			between = "\n    ";
			column = 3;
		}
		column += 1 + size;
		fprintf(out, "%s%.*s", between, size, text);
		text += size + (text[size] == ' ');
	}
	fputc('\n', out);
}
