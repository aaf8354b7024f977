/* SPDX-License-Identifier: MIT */
#ifndef MODELS_HTTP_H
#define MODELS_HTTP_H

/* What both worlds of io_fetch share: how a libcurl handle is set up and read. */
#include <curl/curl.h>

#include "io.h"

/* A handle with the options every fetch has; NULL when memory is out. */
CURL *http_open(void);

/* Aim handle at fetch; its body goes to write(data, 1, size, arg). 0 or -errno. */
int http_prepare(CURL *easy, struct io_fetch *fetch, curl_write_callback write, void *arg);

/* Append to fetch->body; returns size, or 0 when it does not fit (which ends the transfer). */
size_t http_append(struct io_fetch *fetch, const char *data, size_t size);

/* The end of a transfer as io_fetch returns it: the HTTP status or a -errno. */
int http_result(CURL *easy, CURLcode code, const struct io_fetch *fetch);

/* The calls of the blocking world. */
int http_blocking_fetch(struct io_fetch *fetch);
void http_blocking_gather(struct io_fetch *const *fetches, unsigned count);

/*
 * Close the handles, and with them the connections, that these keep in the
 * blocking world: the calling thread's and those of threads that have ended.
 */
void http_close_idle(void);

#endif
