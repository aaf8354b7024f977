/* SPDX-License-Identifier: MIT */
/*
 * io_fetch and io_gather in the blocking world: libcurl's easy interface, and
 * its multi interface in the calling thread, which waits for all of them.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "http.h"

/*
 * Handles, each with the connection it keeps. A thread holds on to the one it
 * used, so that workers find theirs without a lock. One that ends leaves it to
 * the next thread, so that a thread a task finds a warm connection too.
 */
struct handle {
	CURL *easy;
	CURLM *multi; /* for gathering; made by the first */
	CURL *gathering[IO_GATHER_MAX];
	struct handle *next;
};

static struct {
	pthread_once_t once;
	pthread_key_t own; /* the calling thread's */
	pthread_mutex_t lock;
	struct handle *first; /* those of threads that have ended */
} handles = { .once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER };

static void leave_handle(void *arg)
{
	struct handle *handle = arg;

	pthread_mutex_lock(&handles.lock);
	handle->next = handles.first;
	handles.first = handle;
	pthread_mutex_unlock(&handles.lock);
}

static void make_key(void)
{
	if (pthread_key_create(&handles.own, leave_handle) != 0)
		abort(); /* only with more keys than any program has */
}

static struct handle *inherit_handle(void)
{
	pthread_mutex_lock(&handles.lock);
	struct handle *handle = handles.first;
	if (handle)
		handles.first = handle->next;
	pthread_mutex_unlock(&handles.lock);
	return handle;
}

/* The calling thread's handle, or NULL when memory is out. */
static struct handle *own_handle(void)
{
	pthread_once(&handles.once, make_key);
	struct handle *handle = pthread_getspecific(handles.own);
	if (handle)
		return handle;
	handle = inherit_handle();
	if (!handle) {
		handle = calloc(1, sizeof *handle);
		if (handle && !(handle->easy = http_open())) {
			free(handle);
			return NULL;
		}
	}
	if (handle)
		pthread_setspecific(handles.own, handle);
	return handle;
}

static void close_handle(struct handle *handle)
{
	for (unsigned i = 0; i < IO_GATHER_MAX; i++)
		curl_easy_cleanup(handle->gathering[i]);
	curl_multi_cleanup(handle->multi);
	curl_easy_cleanup(handle->easy);
	free(handle);
}

void http_close_idle(void)
{
	struct handle *handle;

	pthread_once(&handles.once, make_key);
	handle = pthread_getspecific(handles.own);
	if (handle)
		close_handle(handle);
	pthread_setspecific(handles.own, NULL);
	while ((handle = inherit_handle()))
		close_handle(handle);
}

struct blocking_fetch {
	struct io_fetch *fetch;
	int sink_err;
};

static size_t receive(char *data, size_t one, size_t size, void *arg)
{
	struct blocking_fetch *transfer = arg;
	struct io_fetch *fetch = transfer->fetch;

	(void)one;
	if (!fetch->sink)
		return http_append(fetch, data, size);
	transfer->sink_err = fetch->sink(fetch->sink_arg, data, size);
	fetch->body_bytes += size;
	return transfer->sink_err ? 0 : size;
}

int http_blocking_fetch(struct io_fetch *fetch)
{
	struct blocking_fetch transfer = { .fetch = fetch };
	struct handle *handle = own_handle();

	if (!handle)
		return -ENOMEM;
	int result = http_prepare(handle->easy, fetch, receive, &transfer);
	if (!result)
		result = http_result(handle->easy, curl_easy_perform(handle->easy), fetch);
	return transfer.sink_err ? transfer.sink_err : result;
}

/* Start one of those that are gathered, with a handle that is kept for its place. */
static int start(struct handle *handle, unsigned place, struct blocking_fetch *transfer)
{
	CURL **easy = &handle->gathering[place];

	if (!*easy && !(*easy = http_open()))
		return -ENOMEM;
	int err = http_prepare(*easy, transfer->fetch, receive, transfer);
	if (err)
		return err;
	curl_easy_setopt(*easy, CURLOPT_PRIVATE, transfer);
	return curl_multi_add_handle(handle->multi, *easy) == CURLM_OK ? 0 : -ENOMEM;
}

/* Take those that have ended; gives their number. */
static unsigned take_ended(CURLM *multi)
{
	unsigned ended = 0;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		struct blocking_fetch *transfer;
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
		transfer->fetch->status = transfer->sink_err
			? transfer->sink_err
			: http_result(easy, code, transfer->fetch);
		curl_multi_remove_handle(multi, easy);
		ended++;
	}
	return ended;
}

void http_blocking_gather(struct io_fetch *const *fetches, unsigned count)
{
	struct blocking_fetch transfers[IO_GATHER_MAX];
	struct handle *handle = own_handle();
	unsigned left = 0;
	int running;

	if (handle && !handle->multi)
		handle->multi = curl_multi_init();
	for (unsigned i = 0; i < count; i++) {
		transfers[i] = (struct blocking_fetch){ .fetch = fetches[i] };
		fetches[i]->status = handle && handle->multi ? start(handle, i, &transfers[i])
							     : -ENOMEM;
		left += fetches[i]->status == 0;
	}
	while (left > 0) {
		curl_multi_perform(handle->multi, &running);
		left -= take_ended(handle->multi);
		if (left > 0)
			curl_multi_poll(handle->multi, NULL, 0, 1000, NULL);
	}
}
