/* SPDX-License-Identifier: MIT */
/*
 * The origin as a process: started beside a trial, or by hand. The two talk
 * over a socket pair, the control: the child says once that it serves (0) or
 * why it cannot (-errno), and ends when it reads end of file.
 */
#include "origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "process.h"

enum { BACKLOG = 4096, START_MS = 10000, STOP_MS = 2000, DYING_MS = 100 };

/* A listening socket on addr, whose port is filled in. -errno on failure. */
static int open_listener(struct sockaddr_in *addr)
{
	int one = 1;
	socklen_t size = sizeof *addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
		bind(fd, (struct sockaddr *)addr, sizeof *addr) == 0 && listen(fd, BACKLOG) == 0 &&
		getsockname(fd, (struct sockaddr *)addr, &size) == 0)
		return fd;
	int err = -errno;
	close(fd);
	return err;
}

/* What the other side of control says: how many bytes, 0 at its end, or -errno. */
static ssize_t hear(int control, void *word, size_t size, int timeout_ms)
{
	struct pollfd polled = { .fd = control, .events = POLLIN };
	int ready;

	do
		ready = poll(&polled, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	ssize_t n = ready < 0 ? -1 : read(control, word, size);
	return n < 0 ? -errno : n;
}

static void say(int control, int err)
{
	ssize_t n = write(control, &err, sizeof err);

	(void)n; /* a starter that is gone is noticed by the end of file */
}

/* The child of a process that may have threads: only async-signal-safe calls until exec. */
static void become_origin(
	const struct origin *origin, pid_t starter, char **argv, int fd, int control)
{
	const char *program = argv[0];
	sigset_t none;

	argv[0] = "concbench";
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
		getppid() == starter && prctl(PR_SET_NAME, "origin") == 0 &&
		(!origin->cpus || sched_setaffinity(0, sizeof *origin->cpus, origin->cpus) == 0) &&
		fcntl(fd, F_SETFD, 0) == 0 && fcntl(control, F_SETFD, 0) == 0)
		execv(program, argv);
	say(control, -errno);
	_exit(127);
}

static int spawn(struct origin *origin, int fd, int control)
{
	char fd_text[16], control_text[16];
	char *program = getenv("CONCBENCH");
	char *argv[] = { program ? program : "/proc/self/exe", "origin", "--fd", fd_text,
		"--control", control_text, NULL };
	pid_t starter = getpid();

	snprintf(fd_text, sizeof fd_text, "%d", fd);
	snprintf(control_text, sizeof control_text, "%d", control);
	pid_t pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become_origin(origin, starter, argv, fd, control);
	origin->pid = pid;
	return 0;
}

/* A program that ends without a word is not one that knows the origin. */
static int await_ready(const struct origin *origin)
{
	int err = -EPROTO;
	ssize_t n = hear(origin->control, &err, sizeof err, START_MS);

	if (n < 0)
		return n;
	return n == sizeof err ? err : -EPROTO;
}

int origin_start(struct origin *origin)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int control[2];

	if (origin->pid == 0 && origin->port > 0)
		return 0; /* somebody else's, who ends it too */
	origin->pid = 0;
	int fd = open_listener(&addr);
	if (fd < 0)
		return fd;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) < 0) {
		int err = -errno;
		close(fd);
		return err;
	}
	origin->port = ntohs(addr.sin_port);
	origin->control = control[0];
	int err = spawn(origin, fd, control[1]);
	close(fd);
	close(control[1]);
	if (err) {
		close(control[0]);
		return err;
	}
	err = await_ready(origin);
	if (err)
		origin_stop(origin);
	return err;
}

int64_t origin_cpu_ns(const struct origin *origin)
{
	return origin->pid == 0 ? -1 : process_cpu_ns(origin->pid);
}

int64_t origin_cpu_settled_ns(const struct origin *origin)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t before_ns, now_ns = origin_cpu_ns(origin);

	for (int tries = 0; now_ns >= 0 && tries < 50; tries++) {
		before_ns = now_ns;
		nanosleep(&pause, NULL);
		now_ns = origin_cpu_ns(origin);
		if (now_ns == before_ns)
			break;
	}
	return now_ns;
}

/*
 * By the end of its control: a model that waits for any child may have reaped it, and
 * while it dies its clients may know before its parent does.
 */
bool origin_died(const struct origin *origin)
{
	char word[16];

	return origin->pid != 0 && hear(origin->control, word, sizeof word, DYING_MS) == 0;
}

/* Children that a model forked may still hold the control open: shut it down, do not just close it.
 */
void origin_stop(struct origin *origin)
{
	char word[16];
	ssize_t n;

	if (origin->pid == 0)
		return;
	shutdown(origin->control, SHUT_WR);
	do
		n = hear(origin->control, word, sizeof word, STOP_MS);
	while (n > 0);
	close(origin->control);
	if (n < 0)
		kill(origin->pid, SIGKILL);
	while (waitpid(origin->pid, NULL, 0) < 0 && errno == EINTR)
		;
	origin->pid = origin->port = 0;
	origin->control = -1;
}

/* Listen where the user said, and say where that is. The socket, or -errno and a message. */
static int listen_by_hand(const char *text)
{
	struct sockaddr_in addr;
	char name[INET_ADDRSTRLEN];

	if (cli_address("origin", text, &addr) != 0)
		return -EINVAL;
	int fd = open_listener(&addr);
	if (fd < 0) {
		cli_error("origin", "cannot listen on %s: %s%s", text, strerror(-fd),
			fd == -EADDRINUSE ? "; choose another port, or 0 for a free one" : "");
		return fd;
	}
	inet_ntop(AF_INET, &addr.sin_addr, name, sizeof name);
	printf("http://%s:%d\n", name, ntohs(addr.sin_port));
	fflush(stdout);
	return fd;
}

struct options {
	const char *listen;
	int fd, control; /* from origin_start; -1 by hand */
};

enum { OPT_LISTEN = OPT_FIRST, OPT_FD, OPT_CONTROL };

static void read_options(struct options *options, int argc, char **argv)
{
	int key;

	while ((key = command_next(&origin_command, argc, argv)) != -1) {
		if (key == OPT_LISTEN)
			options->listen = optarg;
		else if (key == OPT_FD)
			options->fd = atoi(optarg);
		else if (key == OPT_CONTROL)
			options->control = atoi(optarg);
	}
}

static int origin_main(int argc, char **argv)
{
	struct options options = { .listen = "127.0.0.1:0", .fd = -1, .control = -1 };

	read_options(&options, argc, argv);
	prctl(PR_SET_NAME, "origin");
	descriptors_raise();
	if (options.fd < 0)
		options.fd = listen_by_hand(options.listen);
	else
		say(options.control, 0);
	if (options.fd < 0)
		return EXIT_USAGE;
	int err = origin_serve(options.fd, options.control);
	return err ? cli_error("origin", "cannot serve: %s", strerror(-err)) : EXIT_OK;
}

const struct command origin_command = {
	.name = "origin",
	.summary = "the HTTP server the workloads talk to, by hand",
	.synopsis = "[--listen ADDR:PORT]",
	.about = "Serve until SIGTERM or SIGINT; prints the address. A client asks for "
		 "/body?bytes=N&delay_ms=N.",
	.options =
		(const struct command_option[]){
			{ OPT_LISTEN, "listen", "ADDR:PORT",
				"where (default 127.0.0.1:0, a free port)" },
			COMMAND_HELP,
			{ OPT_FD, "fd", "FD" }, /* from origin_start: the listener */
			{ OPT_CONTROL, "control", "FD" },
			{ 0 },
		},
	.main = origin_main,
};
