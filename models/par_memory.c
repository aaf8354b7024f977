/* SPDX-License-Identifier: MIT */
/* Memory that children see: of the same address space, or mapped by all of a family of processes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "par_posix.h"

void *threads_share(size_t size)
{
	size_t line = _Alignof(struct par_lock);
	size_t lines = (size + line - 1) / line;
	void *memory = aligned_alloc(line, lines > 0 ? lines * line : line);

	return memory ? memset(memory, 0, size) : NULL;
}

void threads_unshare(void *memory, size_t size)
{
	(void)size;
	free(memory);
}

void *processes_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void processes_unshare(void *memory, size_t size)
{
	munmap(memory, size);
}
