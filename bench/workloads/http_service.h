/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_HTTP_SERVICE_H
#define WORKLOADS_HTTP_SERVICE_H

/* What both forms of the http service share: its settings, and the parts of its work. */
#include "../../models/io.h"
#include "hash.h"
#include "http_session.h"
#include "workload.h"

enum { HTTP_BACKENDS_MAX = IO_GATHER_MAX, HTTP_BACKEND_BYTES = 1024, HTTP_INPUT_BYTES = 8192 };

struct http_service {
	struct replies replies;
	int64_t idle_ns, header_ns;
	int64_t delay_ns, cpu_ns;
	unsigned backends;                     /* fetches a request */
	bool gathered;                         /* they run at once */
	bool works;                            /* any of these is asked for */
	char url[96];                          /* of the backend */
	char backend_body[HTTP_BACKEND_BYTES]; /* what it must answer */
	unsigned char hash[HASH_BYTES];        /* of that, which computing must come to */
};

/* A fetch from the backend, with room for its body. */
struct http_call {
	struct io_fetch fetch;
	char body[HTTP_BACKEND_BYTES];
};

/* Read the parameters and start the origin where there is a backend. 0 or -errno with work->reason.
 */
int http_service_setup(struct work *work);
void http_service_teardown(struct work *work);

/* Aim a call at the backend, from now on. */
void http_call_prepare(const struct http_service *service, struct http_call *call);

/* Whether a call that came to status brought what it should. */
bool http_call_good(const struct http_service *service, const struct http_call *call, int status);

/* Compute for as long as the service is to; what that came to. */
enum http_status http_compute(const struct http_service *service);

/* The callback form of the service: serve fd on loop, close it, call done(arg). */
void http_callback(
	struct work *work, int fd, struct loop *loop, connection_done_fn *done, void *arg);

/* How long a client has to hear why it was refused and to stop sending, before it is cut off. */
static const int64_t http_linger_ns = 1000000000;

#endif
