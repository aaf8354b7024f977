/* SPDX-License-Identifier: MIT */
#include "counts.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counts_tracer.h"

/* allocations.so beside the program, or where `make install` puts it. 0 or -errno. */
static int find_library(char *path, size_t size)
{
	static const char *const names[] = { "allocations.so", "../lib/concbench/allocations.so" };
	ssize_t length = readlink("/proc/self/exe", path, size - 1);

	if (length < 0)
		return -errno;
	path[length] = '\0';
	char *file = strrchr(path, '/') + 1;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t room = path + size - file;
		if ((size_t)snprintf(file, room, "%s", names[i]) < room && access(path, R_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

typedef void count_in_fn(struct counts_page *page);

/* The library's allocations_count_in, where it is loaded. */
static count_in_fn *counter(void)
{
	return (count_in_fn *)dlsym(RTLD_DEFAULT, "allocations_count_in");
}

void counts_preload(int argc, char **argv)
{
	char path[4096], list[8192];
	const char *before = getenv("LD_PRELOAD");

	if (counter() || find_library(path, sizeof path) != 0 || (before && strstr(before, path)))
		return;
	snprintf(list, sizeof list, "%s%s%s", path, before ? ":" : "", before ? before : "");
	char **command = calloc(argc + 2, sizeof *command);
	if (command && setenv("LD_PRELOAD", list, true) == 0) {
		command[0] = "concbench";
		memcpy(command + 1, argv, argc * sizeof *command);
		command[1] = "trial"; /* argv[0] may say more, for messages */
		execv("/proc/self/exe", command);
	}
	free(command);
}

static struct counts_page *map_page(int fd)
{
	void *page = mmap(
		NULL, sizeof(struct counts_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return page == MAP_FAILED ? NULL : page;
}

int counts_init(struct counts *counts)
{
	*counts = (struct counts){ .fd = memfd_create("counts", MFD_CLOEXEC) };
	if (counts->fd < 0)
		return -errno;
	if (ftruncate(counts->fd, sizeof *counts->page) == 0)
		counts->page = map_page(counts->fd);
	if (counts->page)
		return 0;
	int err = -errno;
	close(counts->fd);
	return err;
}

/* Yama lets only ancestors trace, unless the traced one says otherwise. */
static void allow_tracing(bool allow)
{
	prctl(PR_SET_PTRACER, allow ? PR_SET_PTRACER_ANY : 0, 0, 0, 0);
}

static pid_t start_tracer(struct counts_page *page, pid_t pid, bool with_children, int ready)
{
	pid_t starter = getpid();
	pid_t tracer = fork();

	if (tracer != 0)
		return tracer < 0 ? -errno : tracer;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != starter || dup2(ready, STDIN_FILENO) < 0)
		_exit(1);
	close_range(STDIN_FILENO + 1, ~0U, 0); /* whoever waits for an end of file must see it */
	counts_tracer(page, pid, with_children, STDIN_FILENO);
}

/* What it says once it traces. One that ends without a word is on a kernel that cannot. */
static int hear(int in)
{
	int err = -ENOSYS;
	ssize_t n;

	do
		n = read(in, &err, sizeof err);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : err;
}

int counts_trace(struct counts *counts, pid_t pid, bool with_children)
{
	int ends[2];

	if (!counts->page)
		return 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	allow_tracing(true);
	counts->tracer = start_tracer(counts->page, pid, with_children, ends[1]);
	close(ends[1]);
	int err = counts->tracer < 0 ? counts->tracer : hear(ends[0]);
	close(ends[0]);
	allow_tracing(false);
	if (err) {
		if (counts->tracer > 0)
			waitpid(counts->tracer, NULL, 0);
		counts->tracer = 0;
		return err;
	}
	counts->allocations = counter() != NULL;
	if (counts->allocations && pid == getpid())
		counter()(counts->page);
	return 0;
}

const char *counts_lack(int err)
{
	if (err == -EPERM)
		return "counting takes ptrace, which is not allowed here, or somebody else traces "
		       "it already";
	if (err == -ENOSYS)
		return "counting takes a kernel with PTRACE_GET_SYSCALL_INFO, Linux 5.3";
	return strerror(-err);
}

void counts_open(struct counts *counts)
{
	if (counts->page)
		atomic_store(&counts->page->open, true);
}

void counts_close(struct counts *counts)
{
	if (counts->page)
		atomic_store(&counts->page->open, false);
}

/* A tracer that is dead already may have missed something; a model may have reaped it, too. */
void counts_stop(struct counts *counts)
{
	if (counts->tracer <= 0)
		return;
	counts->complete = waitpid(counts->tracer, NULL, WNOHANG) == 0;
	if (counts->complete) {
		kill(counts->tracer, SIGKILL);
		while (waitpid(counts->tracer, NULL, 0) < 0 && errno == EINTR)
			;
	}
	counts->tracer = 0;
}

void counts_adopt(int fd)
{
	struct counts_page *page = counter() ? map_page(fd) : NULL;

	close(fd);
	if (page)
		counter()(page);
}

static json_t *part(bool known, unsigned long count, double share)
{
	return known ? json_integer((json_int_t)llround(count * share)) : json_null();
}

void counts_add(const struct counts *counts, double share, json_t *trial)
{
	if (!counts->page)
		return;
	json_object_set_new(trial, "counted", json_true());
	json_object_set_new(trial, "system_calls",
		part(counts->complete, atomic_load(&counts->page->system_calls), share));
	json_object_set_new(trial, "allocations",
		part(counts->allocations, atomic_load(&counts->page->allocations), share));
}

void counts_free(struct counts *counts)
{
	if (!counts->page)
		return;
	counts_stop(counts);
	if (counts->allocations)
		counter()(NULL);
	munmap(counts->page, sizeof *counts->page);
	close(counts->fd);
	counts->page = NULL;
}
