/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counts.h"
#include "origin.h"
#include "process.h"

enum { ARGUMENTS = 32 + 2 * PARAMS_MAX, STOP_MS = 8000 };

/* Wait beyond the concurrency, for connections that the load opens anew before the old ones ended.
 */
enum { SPARE_CONNECTIONS = 1000 };

static void run_server(const struct trial_spec *spec, const cpu_set_t *cpus,
	const struct origin *origin, const struct counts *counts, int out, pid_t starter)
{
	char workers[24], most[24], port[24], page[24], params[PARAMS_MAX][512];
	char *argv[ARGUMENTS] = { "concbench", "serve", "-m", (char *)spec->model_name, "-w",
		(char *)spec->workload->name, "--workers", workers, "--max-connections", most,
		"--drain", "2" };
	char *program = getenv("CONCBENCH"); /* a test is not concbench */
	int n = 0;

	snprintf(workers, sizeof workers, "%u", spec->concurrency);
	snprintf(most, sizeof most, "%u", spec->concurrency + SPARE_CONNECTIONS);
	snprintf(port, sizeof port, "%d", origin->port);
	while (argv[n])
		n++;
	if (origin->pid > 0) {
		argv[n++] = "--origin";
		argv[n++] = port;
	}
	if (counts->page) {
		snprintf(page, sizeof page, "%d", counts->fd);
		argv[n++] = "--counts";
		argv[n++] = page;
		fcntl(counts->fd, F_SETFD, 0);
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	}
	for (const struct param *row = spec->params.table; row && row->name; row++) {
		char *text = params[row - spec->params.table];
		snprintf(text, sizeof params[0], "%s=%s", row->name,
			param_text(&spec->params, row->name));
		argv[n++] = "--param";
		argv[n++] = text;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == starter &&
		(!cpus || sched_setaffinity(0, sizeof *cpus, cpus) == 0) &&
		dup2(out, STDOUT_FILENO) >= 0)
		execv(program ? program : "/proc/self/exe", argv);
	_exit(127);
}

/* The line that tells where it listens. */
static int read_address(int in, struct sockaddr_in *address)
{
	char line[64], *colon;
	FILE *file = fdopen(in, "r");
	bool got = file && fgets(line, sizeof line, file) && (colon = strchr(line, ':'));

	if (got) {
		*colon = '\0';
		address->sin_family = AF_INET;
		address->sin_port = htons(atoi(colon + 1));
		got = inet_pton(AF_INET, line, &address->sin_addr) == 1;
	}
	if (file)
		fclose(file);
	else
		close(in);
	return got ? 0 : -EPROTO;
}

int server_start(struct server *server, const struct trial_spec *spec, const cpu_set_t *cpus,
	const struct origin *origin, const struct counts *counts)
{
	int ends[2];
	pid_t starter = getpid();

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	server->pid = fork();
	if (server->pid == 0)
		run_server(spec, cpus, origin, counts, ends[1], starter);
	int err = server->pid < 0 ? -errno : 0;
	close(ends[1]);
	if (err)
		close(ends[0]);
	else
		err = read_address(ends[0], &server->address);
	if (err && server->pid > 0)
		waitpid(server->pid, NULL, 0);
	return err;
}

/* One that has just ended counts as nothing: the end's usage has it. */
static int64_t cpu_of(pid_t pid)
{
	int64_t used_ns = process_cpu_ns(pid);

	return used_ns > 0 ? used_ns : 0;
}

int64_t server_cpu_ns(const struct server *server)
{
	char path[64];
	int child;
	int64_t sum_ns = cpu_of(server->pid);

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", server->pid, server->pid);
	FILE *file = fopen(path, "re");
	while (file && fscanf(file, "%d", &child) == 1)
		sum_ns += cpu_of(child);
	if (file)
		fclose(file);
	return sum_ns;
}

int server_stop(struct server *server, struct rusage *usage)
{
	int status = 0;
	pid_t reaped = 0;
	const struct timespec step = { .tv_nsec = 1000000 };

	for (int ms = 0; ms < STOP_MS && reaped == 0; ms++) {
		if (ms % 1000 ==
			0) /* thread sanitizer may keep a signal from a coroutine's stack */
			kill(server->pid, SIGTERM);
		reaped = wait4(server->pid, &status, WNOHANG, usage);
		if (reaped == 0)
			nanosleep(&step, NULL);
	}
	if (reaped == 0) {
		kill(server->pid, SIGKILL);
		wait4(server->pid, &status, 0, usage);
		return -ETIMEDOUT;
	}
	return reaped == server->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}
