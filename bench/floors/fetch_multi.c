/* SPDX-License-Identifier: MIT */
/*
 * The floor of coroutine and eventloop: libcurl's multi_socket interface on a
 * libuv loop, by hand. What libcurl wants of its sockets is applied once a
 * turn of the loop, and a socket that it wants nothing of stays watched.
 */
#include <curl/curl.h>
#include <unistd.h>
#include <uv.h>

#include "floor.h"

enum { SOCKETS = 65536 };

struct watch {
	uv_poll_t poll;
	curl_socket_t fd;
	int wanted, armed;
};

static struct floor_job job;
static uv_timer_t timer;
static CURLM *multi;
static struct watch *watches[SOCKETS], *changed[SOCKETS];
static int changes, kicked;
static long started, finished;

static void start(CURL *easy)
{
	if (started++ < job.requests)
		curl_multi_add_handle(multi, easy);
	else
		curl_easy_cleanup(easy);
}

static void act(curl_socket_t fd, int what)
{
	CURLMsg *message;
	int unused;

	curl_multi_socket_action(multi, fd, what, &unused);
	while ((message = curl_multi_info_read(multi, &unused))) {
		CURL *easy = message->easy_handle;
		struct floor_body *body;
		if (message->data.result != CURLE_OK)
			exit(1);
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &body);
		curl_multi_remove_handle(multi, easy);
		floor_check(&job, body);
		finished++;
		start(easy);
	}
}

static void on_timer(uv_timer_t *unused)
{
	(void)unused;
	kicked = 1;
}

static int want_timer(CURLM *m, long ms, void *unused)
{
	(void)m, (void)unused;
	uv_timer_stop(&timer);
	kicked = ms == 0;
	if (ms > 0)
		uv_timer_start(&timer, on_timer, ms, 0);
	return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = (struct watch *)poll;

	(void)status;
	act(watch->fd,
		(events & UV_READABLE ? CURL_CSELECT_IN : 0) |
			(events & UV_WRITABLE ? CURL_CSELECT_OUT : 0));
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *unused, void *unused2)
{
	struct watch *watch = watches[fd];

	(void)easy, (void)unused, (void)unused2;
	if (!watch && what == CURL_POLL_REMOVE)
		return 0;
	if (!watch) {
		watch = watches[fd] = calloc(1, sizeof *watch);
		watch->fd = fd;
		uv_poll_init_socket(timer.loop, &watch->poll, fd);
	}
	watch->wanted = what == CURL_POLL_REMOVE ? 0 : what; /* IN and OUT are libuv's too */
	if (watch->wanted && watch->wanted != watch->armed)
		changed[changes++] = watch;
	return 0;
}

static void free_watch(uv_handle_t *handle)
{
	free(handle);
}

static int on_close(void *unused, curl_socket_t fd)
{
	(void)unused;
	if (watches[fd])
		uv_close((uv_handle_t *)&watches[fd]->poll, free_watch);
	watches[fd] = NULL;
	return close(fd);
}

int main(int argc, char **argv)
{
	job = floor_arguments(argc, argv);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	uv_timer_init(uv_default_loop(), &timer);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, want_timer);
	double started_s = floor_seconds();
	for (int i = 0; i < job.concurrency; i++) {
		CURL *easy = curl_easy_init();
		struct floor_body *body = calloc(1, sizeof *body);
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(easy, CURLOPT_URL, job.url);
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, floor_receive);
		curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
		curl_easy_setopt(easy, CURLOPT_PRIVATE, body);
		curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
		start(easy);
	}
	while (finished < job.requests) {
		while (kicked) {
			kicked = 0;
			act(CURL_SOCKET_TIMEOUT, 0);
		}
		for (; changes > 0; changes--) {
			struct watch *watch = changed[changes - 1];
			watch->armed = watch->wanted;
			uv_poll_start(&watch->poll, watch->wanted, on_ready);
		}
		if (finished < job.requests)
			uv_run(uv_default_loop(), UV_RUN_ONCE);
	}
	floor_report(&job, started_s);
	return 0;
}
