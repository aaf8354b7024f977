/* SPDX-License-Identifier: MIT */
/*
 * mixed: wait for an answer, compute on it, write the result to a file. Of a
 * task's total_us the share cpu_share is spent hashing, the rest by the origin
 * before it answers. Hashing goes on until the thread has used so much CPU
 * time, so a task's work is the same on a busy machine and on an idle one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/http.h"
#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "hash.h"
#include "web.h"

enum { BODY_BYTES = 4096 };

struct mixed {
	struct web web;
	int64_t cpu_ns;
};

static const struct param params[] = {
	{ .name = "total_us",
		.unit = "us",
		.summary = "a task's time, waiting and computing together",
		.initial = "2000",
		.max = 10000000 },
	{ .name = "cpu_share",
		.unit = "%",
		.summary = "how much of it is computing",
		.initial = "50",
		.max = 100 },
	WEB_URL,
	WEB_TIMEOUT,
	{ 0 },
};

/* The hash that every task must come to, of a body that is checked another way. */
static int expect(struct work *work, const struct web *web)
{
	unsigned char hash[HASH_BYTES];
	char *body = malloc(web->body_bytes + 1);
	struct io_fetch fetch = {
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.body = body,
		.capacity = web->body_bytes,
	};
	int err = body ? web_status(io_fetch(&fetch)) : -ENOMEM;

	http_close_idle();
	if (!err && web_digest(body, fetch.body_bytes) != work->expected)
		err = -EBADMSG;
	if (!err)
		err = hash_of(body, fetch.body_bytes, hash);
	if (!err)
		memcpy(&work->expected, hash, sizeof work->expected);
	free(body);
	return err;
}

static int setup(struct work *work)
{
	struct mixed *mixed = work->state = calloc(1, sizeof *mixed);
	int64_t total_us = param_number(work->params, "total_us");
	int64_t cpu_us = total_us * param_number(work->params, "cpu_share") / 100;

	if (!mixed)
		return -ENOMEM;
	mixed->cpu_ns = cpu_us * 1000;
	int err = web_setup(
		work, &mixed->web, param_text(work->params, "url"), BODY_BYTES, total_us - cpu_us);
	return err ? err : expect(work, &mixed->web);
}

static int write_file(const char *path, const unsigned char *hash)
{
	int fd = io_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0)
		return fd;
	ssize_t n = io_pwrite(fd, hash, HASH_BYTES, 0);
	io_close(fd);
	int err = io_unlink(path);
	if (n != HASH_BYTES)
		return n < 0 ? (int)n : -EIO;
	return err;
}

struct hashing {
	int64_t cpu_ns;
	const struct io_fetch *fetch;
	int err; /* out */
	unsigned char hash[HASH_BYTES];
};

static void compute(void *arg)
{
	struct hashing *hashing = arg;

	hashing->err = hash_for(
		hashing->cpu_ns, hashing->fetch->body, hashing->fetch->body_bytes, hashing->hash);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	const struct mixed *mixed = work->state;
	char path[WORK_PATH_MAX];
	struct io_fetch fetch = {
		.url = mixed->web.url,
		.deadline_ns = io_now_ns() + mixed->web.timeout_ns,
		.body = malloc(mixed->web.body_bytes),
		.capacity = mixed->web.body_bytes,
	};
	struct hashing hashing = { .cpu_ns = mixed->cpu_ns, .fetch = &fetch };

	if (!fetch.body)
		return -ENOMEM;
	int err = web_status(io_fetch(&fetch));
	if (!err)
		err = io_compute(compute, &hashing);
	free(fetch.body);
	if (err || hashing.err)
		return err ? err : hashing.err;
	memcpy(digest, hashing.hash, sizeof *digest);
	work_path(work, i, path);
	return write_file(path, hashing.hash);
}

/* The callback form. The hashing in the middle holds up every other task of the loop. */
struct call {
	uv_fs_t request; /* first, so that a request is its call */
	struct transfer transfer;
	struct io_fetch fetch;
	const struct mixed *mixed;
	struct loop *loop;
	int fd;
	int err;
	unsigned char hash[HASH_BYTES];
	task_done_fn *done;
	void *arg;
	char path[WORK_PATH_MAX];
	char body[];
};

static void finish(struct call *call, int err)
{
	task_done_fn *done = call->done;
	void *arg = call->arg;
	uint64_t digest;

	memcpy(&digest, call->hash, sizeof digest);
	free(call);
	done(arg, err, digest);
}

static void removed(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	int err = (int)loop_fs_result(request);

	finish(call, call->err ? call->err : err);
}

static void wrote(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	ssize_t n = loop_fs_result(request);

	call->err = n == HASH_BYTES ? 0 : n < 0 ? (int)n : -EIO;
	close(call->fd);
	int err = uv_fs_unlink(&call->loop->uv, &call->request, call->path, removed);
	if (err)
		finish(call, call->err ? call->err : err);
}

static void opened(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_buf_t text = uv_buf_init((char *)call->hash, HASH_BYTES);

	call->fd = (int)loop_fs_result(request);
	if (call->fd < 0) {
		finish(call, call->fd);
		return;
	}
	int err = uv_fs_write(&call->loop->uv, &call->request, call->fd, &text, 1, 0, wrote);
	if (err) {
		close(call->fd);
		unlink(call->path);
		finish(call, err);
	}
}

static void fetched(struct transfer *transfer)
{
	struct call *call = transfer->arg;
	int err = web_status(transfer->result);

	transfer_close(transfer);
	if (!err)
		err = hash_for(call->mixed->cpu_ns, call->body, call->fetch.body_bytes, call->hash);
	if (!err)
		err = uv_fs_open(&call->loop->uv, &call->request, call->path,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600, opened);
	if (err)
		finish(call, err);
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	const struct mixed *mixed = work->state;
	struct call *call = malloc(sizeof *call + mixed->web.body_bytes);

	if (!call) {
		done(arg, -ENOMEM, 0);
		return;
	}
	*call = (struct call){
		.transfer = { .event = fetched, .arg = call },
		.fetch = {
			.url = mixed->web.url,
			.deadline_ns = io_now_ns() + mixed->web.timeout_ns,
			.body = call->body,
			.capacity = mixed->web.body_bytes,
		},
		.mixed = mixed,
		.loop = loop,
		.done = done,
		.arg = arg,
	};
	work_path(work, i, call->path);
	int err = transfer_start(loop, &call->transfer, &call->fetch);
	if (err)
		finish(call, err);
}

const struct workload workload_mixed = {
	.name = "mixed",
	.summary = "fetch, hash for a given CPU time, write",
	.kind = WORKLOAD_MIXED,
	.params = params,
	.tasks = 100,
	.fds_per_task = 2,
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = web_teardown,
};
