/* SPDX-License-Identifier: MIT */
#include "service.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

enum { BACKLOG = 4096, LISTENERS_MAX = 1024 };

/*
 * What a stop must find. One a process, because a signal handler takes no
 * argument. A forked child starts with its parent's, and adds its own.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct connection *first;
	unsigned count;
	atomic_bool stopped, shut; /* shut: the connections have been told */
	pid_t main;                /* the process that the user started */
	unsigned drain_s;
	int listeners[LISTENERS_MAX];
	atomic_uint listener_count;
} open_now = { .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER };

bool service_stopped(void)
{
	return atomic_load(&open_now.stopped);
}

/* With the lock held. What the client has sent is still read; after that comes the end of file. */
static void shut_connections(void)
{
	for (struct connection *c = open_now.first; c; c = c->next)
		shutdown(c->fd, SHUT_RD);
	atomic_store(&open_now.shut, true);
}

/* Where a stop came while the lock was held, its signal's handler has left the rest to us. */
static void unlock(void)
{
	pthread_mutex_unlock(&open_now.lock);
	while (service_stopped() && !atomic_load(&open_now.shut)) {
		pthread_mutex_lock(&open_now.lock);
		shut_connections();
		pthread_mutex_unlock(&open_now.lock);
	}
}

/*
 * The thread that takes the signal may sit in a handler, with nobody else there
 * to end its connection, so it is done here.
 */
static void on_stop(int signal_number)
{
	int saved_errno = errno;

	(void)signal_number;
	if (atomic_exchange(&open_now.stopped, true))
		return;
	alarm(open_now.drain_s);
	/* A child's stop is its own: shut, the socket would be so for all that share it. */
	for (unsigned i = 0; getpid() == open_now.main && i < atomic_load(&open_now.listener_count);
		i++)
		shutdown(open_now.listeners[i], SHUT_RDWR);
	if (pthread_mutex_trylock(&open_now.lock) == 0) {
		shut_connections();
		pthread_mutex_unlock(&open_now.lock);
	}
	errno = saved_errno;
}

static void on_deadline(int signal_number)
{
	static const char text[] =
		"concbench serve: connections did not end in time and were cut off\n";

	(void)signal_number;
	if (getpid() == open_now.main && write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(1);
	_exit(0);
}

void service_stop(void)
{
	on_stop(SIGTERM);
}

void service_stop_on_signals(struct service *service)
{
	struct sigaction stop = { .sa_handler = on_stop }, deadline = { .sa_handler = on_deadline };

	open_now.drain_s = service->drain_s;
	open_now.main = getpid();
	sigaddset(&stop.sa_mask, SIGTERM);
	sigaddset(&stop.sa_mask, SIGINT);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGALRM, &deadline, NULL);
}

static int bind_and_listen(int fd, struct sockaddr_in *address, bool share)
{
	int one = 1;
	socklen_t size = sizeof *address;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
		/* What it accepts inherits this, which spares a call a connection. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
		(share && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0) ||
		bind(fd, (struct sockaddr *)address, sizeof *address) != 0 ||
		listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)address, &size) != 0)
		return -errno;
	return 0;
}

int service_listen(struct service *service, bool share)
{
	unsigned place = atomic_load(&open_now.listener_count);

	if (place == LISTENERS_MAX)
		return -EMFILE;
	int fd = io_socket(AF_INET, SOCK_STREAM);
	if (fd < 0)
		return fd;
	int err = bind_and_listen(fd, &service->address, share);
	if (err) {
		io_close(fd);
		return err;
	}
	open_now.listeners[place] = fd;
	atomic_store(&open_now.listener_count, place + 1);
	if (service_stopped())
		shutdown(fd, SHUT_RDWR);
	return fd;
}

/*
 * With the lock held: count one more; false where the limit is reached. Two
 * processes may both see the last place taken by the other, and refuse.
 */
static bool count_in(const struct service *service)
{
	unsigned all = open_now.count + 1;

	if (service->held) {
		atomic_store(&service->held[service->process], all);
		all = 0;
		for (unsigned i = 0; i < service->processes; i++)
			all += atomic_load(&service->held[i]);
		if (all > service->connections_max)
			atomic_store(&service->held[service->process], open_now.count);
	}
	open_now.count += all <= service->connections_max;
	return all <= service->connections_max;
}

/* Count it and link it; false where the limit is reached. */
static bool link_in(struct connection *connection)
{
	pthread_mutex_lock(&open_now.lock);
	bool room = count_in(connection->service);
	if (room) {
		connection->next = open_now.first;
		connection->previous = &open_now.first;
		if (connection->next)
			connection->next->previous = &connection->next;
		open_now.first = connection;
	}
	unlock();
	if (room && service_stopped())
		shutdown(connection->fd, SHUT_RD);
	return room;
}

/* Before its descriptor is closed, so that a stop never shuts one that was used anew. */
static void link_out(struct connection *connection)
{
	pthread_mutex_lock(&open_now.lock);
	if (connection->previous) {
		*connection->previous = connection->next;
		if (connection->next)
			connection->next->previous = connection->previous;
		if (--open_now.count == 0)
			pthread_cond_broadcast(&open_now.ended);
		if (connection->service->held)
			atomic_store(&connection->service->held[connection->service->process],
				open_now.count);
	}
	unlock();
}

void connection_free(struct connection *connection)
{
	link_out(connection);
	free(connection);
}

void connection_leave(struct connection *connection)
{
	int fd = connection->fd;

	connection_free(connection);
	io_close(fd);
}

void connection_serve(struct connection *connection)
{
	connection->service->handle(connection->service, connection->fd);
	connection_leave(connection);
}

/* The client may have sent a request; unread, it would turn the close into a reset. */
void connection_refuse(struct connection *connection)
{
	enum { READS = 4 };
	const char *refusal = connection->service->refusal;
	char unread[8192];

	send(connection->fd, refusal, strlen(refusal), MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(connection->fd, SHUT_WR);
	for (int i = 0; i < READS && recv(connection->fd, unread, sizeof unread, MSG_DONTWAIT) > 0;
		i++)
		;
	connection_leave(connection);
}

struct connection *service_adopt(struct service *service, int fd)
{
	struct connection *connection = calloc(1, sizeof *connection);

	if (!connection) {
		io_close(fd);
		return NULL;
	}
	*connection = (struct connection){ .service = service, .fd = fd };
	if (link_in(connection))
		return connection;
	connection_refuse(connection);
	return NULL;
}

static bool is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOBUFS || err == -ENOMEM;
}

int service_try_accept(struct service *service, int listener, struct connection **connection)
{
	if (service_stopped())
		return -ECANCELED;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0) {
		*connection = service_adopt(service, fd);
		return 0;
	}
	if (service_stopped())
		return -ECANCELED;
	if (is_shortage(-errno))
		return -EMFILE;
	*connection = NULL; /* the client has gone: as good as refused */
	return errno == EAGAIN ? -EAGAIN : 0;
}

struct connection *service_accept(struct service *service, int listener)
{
	while (!service_stopped()) {
		int fd = io_accept(listener, IO_FOREVER);
		struct connection *connection = fd >= 0 ? service_adopt(service, fd) : NULL;
		if (connection)
			return connection;
		if (fd < 0 && fd != -ECONNABORTED && !service_stopped())
			io_sleep(SERVICE_RETRY_NS); /* descriptors or memory are out */
	}
	return NULL;
}

void service_wait(void)
{
	pthread_mutex_lock(&open_now.lock);
	if (service_stopped())
		shut_connections();
	while (open_now.count > 0)
		pthread_cond_wait(&open_now.ended, &open_now.lock);
	unlock();
}
