/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <errno.h>
#include <string.h>

CURL *http_open(void)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		return NULL;
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* signals and threads do not mix */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* the environment's would be measured too */
	return easy;
}

int http_prepare(CURL *easy, struct io_fetch *fetch, curl_write_callback write, void *arg)
{
	long timeout_ms = 0; /* none */

	if (fetch->deadline_ns != IO_FOREVER) {
		int64_t left_ns = fetch->deadline_ns - io_now_ns();
		if (left_ns <= 0)
			return -ETIMEDOUT;
		timeout_ms = (left_ns + 999999) / 1000000;
	}
	fetch->body_bytes = 0;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)fetch->fresh_connection);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)fetch->fresh_connection);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, arg);
	return curl_easy_setopt(easy, CURLOPT_URL, fetch->url) == CURLE_OK ? 0 : -ENOMEM;
}

size_t http_append(struct io_fetch *fetch, const char *data, size_t size)
{
	if (size > fetch->capacity - fetch->body_bytes)
		return 0;
	memcpy(fetch->body + fetch->body_bytes, data, size);
	fetch->body_bytes += size;
	return size;
}

static int http_error(CURL *easy, CURLcode code)
{
	long os_errno = 0;

	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_CONNECT: /* refused, but also out of descriptors or without a route */
		curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
		return os_errno ? (int)-os_errno : -ECONNREFUSED;
	case CURLE_COULDNT_RESOLVE_HOST:
		return -EHOSTUNREACH;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return -ECONNRESET;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_URL_MALFORMAT:
		return -EINVAL;
	default: /* CURLE_UNSUPPORTED_PROTOCOL is also an answer that does not begin with HTTP/1 */
		return -EPROTO;
	}
}

int http_result(CURL *easy, CURLcode code, const struct io_fetch *fetch)
{
	long status = 0;

	if (code == CURLE_WRITE_ERROR && !fetch->sink)
		return -EMSGSIZE;
	if (code != CURLE_OK)
		return http_error(easy, code);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status ? (int)status : -EPROTO; /* file: and its like have none */
}
