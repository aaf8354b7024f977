/* SPDX-License-Identifier: MIT */
#include "http_service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../origin.h"
#include "../origin_request.h"

static const int64_t backend_timeout_ns = 10000000000;

static int start_backend(struct work *work, struct http_service *service)
{
	int err = origin_start(work->origin);

	if (err)
		work_explain(work, "the origin did not start: %s", strerror(-err));
	else
		snprintf(service->url, sizeof service->url,
			"http://127.0.0.1:%d/body?bytes=%d&delay_ms=%lld", work->origin->port,
			HTTP_BACKEND_BYTES, (long long)param_number(work->params, "backend_ms"));
	return err;
}

int http_service_setup(struct work *work)
{
	const struct params *params = work->params;
	struct http_service *service = work->state = calloc(1, sizeof *service);

	if (!service)
		return -ENOMEM;
	service->idle_ns = param_number(params, "idle_ms") * 1000000;
	service->header_ns = param_number(params, "header_ms") * 1000000;
	service->delay_ns = param_number(params, "delay_ms") * 1000000;
	service->cpu_ns = param_number(params, "cpu_us") * 1000;
	service->backends = param_number(params, "backend");
	service->gathered = strcmp(param_text(params, "gather"), "gathered") == 0;
	service->works = service->delay_ns || service->cpu_ns || service->backends;
	origin_request_init();
	origin_fill(service->backend_body, HTTP_BACKEND_BYTES, 0);
	int err = hash_of(service->backend_body, HTTP_BACKEND_BYTES, service->hash);
	if (!err)
		err = replies_init(&service->replies, param_number(params, "response_bytes"));
	if (!err && service->backends > 0)
		err = start_backend(work, service);
	return err;
}

void http_service_teardown(struct work *work)
{
	struct http_service *service = work->state;

	if (service)
		replies_free(&service->replies);
	free(service);
}

void http_call_prepare(const struct http_service *service, struct http_call *call)
{
	call->fetch = (struct io_fetch){
		.url = service->url,
		.deadline_ns = io_now_ns() + backend_timeout_ns,
		.body = call->body,
		.capacity = sizeof call->body,
	};
}

bool http_call_good(const struct http_service *service, const struct http_call *call, int status)
{
	return status == HTTP_STATUS_OK && call->fetch.body_bytes == HTTP_BACKEND_BYTES &&
		memcmp(call->body, service->backend_body, HTTP_BACKEND_BYTES) == 0;
}

enum http_status http_compute(const struct http_service *service)
{
	unsigned char hash[HASH_BYTES];

	if (service->cpu_ns &&
		(hash_for(service->cpu_ns, service->backend_body, HTTP_BACKEND_BYTES, hash) != 0 ||
			memcmp(hash, service->hash, HASH_BYTES) != 0))
		return HTTP_STATUS_INTERNAL_SERVER_ERROR;
	return HTTP_STATUS_OK;
}
