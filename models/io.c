/* SPDX-License-Identifier: MIT */
#include "io.h"

#include <time.h>

_Thread_local const struct io_ops *io = &io_blocking;

int64_t io_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int64_t io_deadline_ns(int64_t duration_ns)
{
	int64_t deadline_ns;

	return __builtin_add_overflow(io_now_ns(), duration_ns, &deadline_ns) ? IO_FOREVER
									      : deadline_ns;
}

int io_write_all(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	const char *next = buf;

	while (size > 0) {
		ssize_t n = io_write(fd, next, size, deadline_ns);
		if (n < 0)
			return (int)n;
		next += n;
		size -= n;
	}
	return 0;
}
