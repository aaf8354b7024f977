/* SPDX-License-Identifier: MIT */
/*
 * The C library's allocator with a counter before it, to be preloaded. Nothing
 * counts until the program asks for it by allocations_count_in, so a program
 * that was started by exec and never asks, as the origin, is not counted.
 * What allocates is glibc's own functions by their other names: looking the
 * usual ones up would allocate itself.
 */
#include "../counts_page.h"

#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static _Atomic(struct counts_page *) counted_in;

void allocations_count_in(struct counts_page *page)
{
	atomic_store(&counted_in, page);
}

static void count(void)
{
	struct counts_page *page = atomic_load_explicit(&counted_in, memory_order_relaxed);

	if (page && atomic_load_explicit(&page->open, memory_order_relaxed))
		atomic_fetch_add_explicit(&page->allocations, 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
	count();
	return __libc_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
	count();
	return __libc_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
	count();
	return __libc_realloc(ptr, size);
}

void *reallocarray(void *ptr, size_t nmemb, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(nmemb, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(ptr, bytes);
}

void *memalign(size_t alignment, size_t size)
{
	count();
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **memptr, size_t alignment, size_t size)
{
	int before = errno;

	if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	void *got = memalign(alignment, size);
	errno = before; /* POSIX leaves it as it is */
	if (!got)
		return ENOMEM;
	*memptr = got;
	return 0;
}
