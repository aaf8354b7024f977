/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi_socket interface on a libuv loop.
 *
 * libcurl asks to stop watching a socket after each response and to watch it
 * again for the next request. Done at once that is two epoll_ctl a request;
 * here a change waits until the loop turns, by when most have cancelled out,
 * and a socket that nothing is wanted of stays armed until it says something.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../http.h"
#include "../trace.h"
#include "loop.h"

enum { CONNECTIONS_KEPT = 1000000 };
enum { CHUNK_BYTES = 32 * 1024 }; /* libcurl hands over at most CURL_MAX_WRITE_SIZE, 16 KiB */

struct socket_watch {
	uv_poll_t poll;
	struct fetcher *fetcher;
	int wanted, armed; /* UV_READABLE, UV_WRITABLE */
	bool dirty;        /* on fetcher->dirty */
	struct socket_watch *next_dirty;
	curl_socket_t fd;
};

struct fetcher {
	struct loop *loop;
	CURLM *multi;
	struct timer timeout;
	bool kick;                     /* libcurl wants its time-outs looked at now */
	struct socket_watch **watches; /* by descriptor */
	size_t watches_size;
	struct socket_watch *dirty;
	struct transfer *starved; /* to be ended for lack of memory */
	int64_t late_ns;          /* a time-out there was no memory for yet, or 0 */
	CURL **idle;              /* easy handles to use again */
	size_t idle_count, idle_size;
};

static void mark_dirty(struct socket_watch *watch)
{
	if (watch->dirty)
		return;
	watch->dirty = true;
	watch->next_dirty = watch->fetcher->dirty;
	watch->fetcher->dirty = watch;
}

/* A callback must not tell libcurl that it failed: 7.88 would end every transfer, and crash. */
static void starve(struct fetcher *fetcher, CURL *easy)
{
	struct transfer *transfer;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
	if (transfer->starved)
		return;
	transfer->starved = true;
	transfer->next_starved = fetcher->starved;
	fetcher->starved = transfer;
}

static void call_back(struct transfer *transfer)
{
	uint32_t owner = trace_call_back(transfer->owner);

	transfer->event(transfer);
	if (owner)
		trace_leave();
}

static void end(struct transfer *transfer, int result)
{
	curl_multi_remove_handle(transfer->fetcher->multi, transfer->easy);
	transfer->result = result;
	transfer->finished = true;
	call_back(transfer);
}

static void finish(struct fetcher *fetcher)
{
	struct transfer *starved;
	CURLMsg *message;
	int left;

	while ((starved = fetcher->starved)) {
		fetcher->starved = starved->next_starved;
		end(starved, -ENOMEM);
	}
	while ((message = curl_multi_info_read(fetcher->multi, &left))) {
		struct transfer *transfer;
		CURLcode code = message->data.result;
		CURL *easy = message->easy_handle;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
		end(transfer, http_result(easy, code, transfer->fetch));
	}
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *watch = poll->data;
	struct fetcher *fetcher = watch->fetcher;
	int action = 0, running;

	if (status < 0) { /* libuv has stopped the handle: once more, if libcurl still wants it */
		watch->armed = 0;
		mark_dirty(watch);
	}
	if (!watch->wanted) { /* the peer closed an idle connection: libcurl will see it itself */
		mark_dirty(watch);
		return;
	}
	if (status < 0)
		action = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		action |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		action |= CURL_CSELECT_OUT;
	curl_multi_socket_action(fetcher->multi, watch->fd, action, &running);
	finish(fetcher);
}

static struct socket_watch *watch_of(struct fetcher *fetcher, curl_socket_t fd)
{
	if ((size_t)fd >= fetcher->watches_size) {
		size_t size = 2 * (size_t)fd + 64;
		struct socket_watch **watches = realloc(
			fetcher->watches, size * sizeof(struct socket_watch *));
		if (!watches)
			return NULL;
		memset(watches + fetcher->watches_size, 0,
			(size - fetcher->watches_size) * sizeof(struct socket_watch *));
		fetcher->watches = watches;
		fetcher->watches_size = size;
	}
	struct socket_watch *watch = fetcher->watches[fd];
	if (watch)
		return watch;
	watch = calloc(1, sizeof *watch);
	if (!watch)
		return NULL;
	watch->fetcher = fetcher;
	watch->fd = fd;
	watch->poll.data = watch;
	if (uv_poll_init_socket(&fetcher->loop->uv, &watch->poll, fd)) {
		free(watch);
		return NULL;
	}
	fetcher->watches[fd] = watch;
	return watch;
}

static void free_watch(uv_handle_t *handle)
{
	free(handle->data);
}

static void unlink_dirty(struct socket_watch *watch)
{
	struct socket_watch **link = &watch->fetcher->dirty;

	while (*link != watch)
		link = &(*link)->next_dirty;
	*link = watch->next_dirty;
}

/* Stop watching fd for good, if it is watched at all. */
static void drop_watch(struct fetcher *fetcher, size_t fd)
{
	struct socket_watch *watch = fd < fetcher->watches_size ? fetcher->watches[fd] : NULL;

	if (!watch)
		return;
	fetcher->watches[fd] = NULL;
	if (watch->dirty)
		unlink_dirty(watch);
	uv_close((uv_handle_t *)&watch->poll, free_watch);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct fetcher *fetcher = arg;

	(void)unused;
	if (what == CURL_POLL_REMOVE &&
		((size_t)fd >= fetcher->watches_size || !fetcher->watches[fd]))
		return 0; /* closed already */
	struct socket_watch *watch = watch_of(fetcher, fd);
	if (!watch) {
		starve(fetcher, easy);
		return 0;
	}
	if (what == CURL_POLL_REMOVE && watch->wanted == UV_WRITABLE) {
		drop_watch(fetcher, fd); /* given up while connecting: closed, without on_close */
		return 0;
	}
	watch->wanted = 0;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		watch->wanted |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		watch->wanted |= UV_WRITABLE;
	/* A connection that is kept for reuse stays armed, but must not keep the loop alive. */
	if (watch->wanted)
		uv_ref((uv_handle_t *)&watch->poll);
	else
		uv_unref((uv_handle_t *)&watch->poll);
	if (watch->wanted != watch->armed && watch->wanted)
		mark_dirty(watch);
	return 0;
}

/* libcurl closes a socket: its watcher has to go first. */
static int on_close(void *arg, curl_socket_t fd)
{
	drop_watch(arg, fd);
	return close(fd);
}

static void on_timeout(struct timer *timer)
{
	struct fetcher *fetcher = (struct fetcher *)((char *)timer -
		offsetof(struct fetcher, timeout));

	fetcher->kick = true;
}

/* Where there is no memory for it, it is tried again in the next turn. */
static void start_timeout(struct fetcher *fetcher)
{
	struct timers *timers = &fetcher->loop->timers;

	if (fetcher->late_ns && !timers_start(timers, &fetcher->timeout, fetcher->late_ns))
		fetcher->late_ns = 0;
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct fetcher *fetcher = arg;
	struct timers *timers = &fetcher->loop->timers;

	(void)multi;
	timers_stop(timers, &fetcher->timeout);
	fetcher->kick = timeout_ms == 0;
	fetcher->late_ns = timeout_ms > 0 ? io_now_ns() + timeout_ms * 1000000 : 0;
	start_timeout(fetcher);
	return 0;
}

static void apply(struct socket_watch *watch)
{
	watch->dirty = false;
	if (watch->wanted == watch->armed)
		return;
	if (watch->wanted)
		uv_poll_start(&watch->poll, watch->wanted, on_ready);
	else
		uv_poll_stop(&watch->poll);
	watch->armed = watch->wanted;
}

void fetcher_flush(struct fetcher *fetcher)
{
	start_timeout(fetcher);
	while (fetcher->kick) {
		int running;
		fetcher->kick = false;
		curl_multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		finish(fetcher);
	}
	struct socket_watch *watch;
	while ((watch = fetcher->dirty)) {
		fetcher->dirty = watch->next_dirty;
		apply(watch);
	}
}

bool fetcher_waits(const struct fetcher *fetcher)
{
	return fetcher->kick || fetcher->late_ns || fetcher->dirty;
}

static struct fetcher *fetcher_open(struct loop *loop)
{
	struct fetcher *fetcher = calloc(1, sizeof *fetcher);

	if (!fetcher)
		return NULL;
	fetcher->loop = loop;
	fetcher->timeout.fire = on_timeout;
	fetcher->multi = curl_multi_init();
	if (!fetcher->multi) {
		free(fetcher);
		return NULL;
	}
	/*
	 * By default libcurl keeps four idle connections a transfer under way, and
	 * when many end in one turn it closes the others just before their tasks
	 * ask again. There are never more than there were transfers at once.
	 */
	curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
	return fetcher;
}

void fetcher_close(struct fetcher *fetcher)
{
	for (size_t i = 0; i < fetcher->idle_count; i++)
		curl_easy_cleanup(fetcher->idle[i]);
	curl_multi_cleanup(fetcher->multi);
	for (size_t fd = 0; fd < fetcher->watches_size; fd++)
		drop_watch(fetcher, fd);
	timers_stop(&fetcher->loop->timers, &fetcher->timeout);
	free(fetcher->idle);
	free(fetcher->watches);
	free(fetcher);
}

static CURL *take_easy(struct fetcher *fetcher)
{
	if (fetcher->idle_count > 0)
		return fetcher->idle[--fetcher->idle_count];
	CURL *easy = http_open();
	if (easy) {
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, fetcher);
	}
	return easy;
}

static void put_easy(struct fetcher *fetcher, CURL *easy)
{
	if (fetcher->idle_count == fetcher->idle_size) {
		size_t size = fetcher->idle_size ? 2 * fetcher->idle_size : 64;
		CURL **idle = realloc(fetcher->idle, size * sizeof(CURL *));
		if (!idle) {
			curl_easy_cleanup(easy);
			return;
		}
		fetcher->idle = idle;
		fetcher->idle_size = size;
	}
	fetcher->idle[fetcher->idle_count++] = easy;
}

static size_t receive(char *data, size_t one, size_t size, void *arg)
{
	struct transfer *transfer = arg;

	(void)one;
	if (!transfer->fetch->sink)
		return http_append(transfer->fetch, data, size);
	if (transfer->filled + size > CHUNK_BYTES) {
		transfer->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	memcpy(transfer->chunks + transfer->filling * CHUNK_BYTES + transfer->filled, data, size);
	transfer->filled += size;
	transfer->fetch->body_bytes += size;
	call_back(transfer);
	return size;
}

size_t transfer_take(struct transfer *transfer, const char **data)
{
	size_t size = transfer->filled;

	*data = transfer->chunks + transfer->filling * CHUNK_BYTES;
	transfer->filling = !transfer->filling;
	transfer->filled = 0;
	if (transfer->paused) {
		transfer->paused = false;
		curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
	}
	return size;
}

int transfer_start(struct loop *loop, struct transfer *transfer, struct io_fetch *fetch)
{
	*transfer = (struct transfer){ .event = transfer->event,
		.arg = transfer->arg,
		.fetch = fetch,
		.owner = trace_owner() };
	if (!loop->fetcher && !(loop->fetcher = fetcher_open(loop)))
		return -ENOMEM;
	transfer->fetcher = loop->fetcher;
	transfer->easy = take_easy(loop->fetcher);
	if (!transfer->easy)
		return -ENOMEM;
	int err = http_prepare(transfer->easy, fetch, receive, transfer);
	if (!err && fetch->sink) {
		transfer->chunks = malloc(2 * CHUNK_BYTES);
		err = transfer->chunks ? 0 : -ENOMEM;
	}
	if (!err) {
		curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
		err = curl_multi_add_handle(loop->fetcher->multi, transfer->easy) ? -ENOMEM : 0;
	}
	if (err) {
		transfer->finished = true;
		transfer_close(transfer);
	}
	return err;
}

void transfer_close(struct transfer *transfer)
{
	struct transfer **link = &transfer->fetcher->starved;

	while (*link && *link != transfer)
		link = &(*link)->next_starved;
	if (*link)
		*link = transfer->next_starved;
	if (!transfer->finished)
		curl_multi_remove_handle(transfer->fetcher->multi, transfer->easy);
	put_easy(transfer->fetcher, transfer->easy);
	free(transfer->chunks);
}
