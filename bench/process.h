/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

/* What several processes here need of the kernel. */
#include <stdint.h>
#include <sys/types.h>

/* Let this process open as many descriptors as it may. */
void descriptors_raise(void);

/*
 * CPU time that a process has used, in ns, without its children's; -1 when
 * there is none such. While it is busy this may be behind by a tick of the
 * kernel; once it waits it is exact.
 */
int64_t process_cpu_ns(pid_t pid);

#endif
