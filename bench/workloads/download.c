/* SPDX-License-Identifier: MIT */
/* download: a body streamed to a file chunk by chunk; then the file is read back and checked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "web.h"

enum { PIECE_BYTES = 32 * 1024 };

static const struct param params[] = {
	WEB_URL,
	{ .name = "body_bytes",
		.unit = "bytes",
		.summary = "what the origin answers",
		.initial = "131072",
		.min = 1,
		.max = 1073741824,
		.unless = "url" },
	WEB_DELAY("0"),
	WEB_TIMEOUT,
	{ 0 },
};

static int setup(struct work *work)
{
	struct web *web = work->state = calloc(1, sizeof *web);

	if (!web)
		return -ENOMEM;
	return web_setup(work, web, param_text(work->params, "url"),
		param_number(work->params, "body_bytes"),
		param_number(work->params, "delay_ms") * 1000);
}

struct output {
	int fd;
	off_t at;
};

static int append(void *arg, const char *data, size_t size)
{
	struct output *output = arg;

	while (size > 0) {
		ssize_t n = io_pwrite(output->fd, data, size, output->at);
		if (n < 0)
			return (int)n;
		output->at += n;
		data += n;
		size -= n;
	}
	return 0;
}

static int digest_file(int fd, uint64_t *digest)
{
	char *piece = malloc(PIECE_BYTES);
	XXH3_state_t *state = XXH3_createState();
	ssize_t n = piece && state ? 1 : -ENOMEM;

	if (n > 0)
		XXH3_64bits_reset(state);
	for (off_t at = 0; n > 0; at += n)
		if ((n = io_pread(fd, piece, PIECE_BYTES, at)) > 0)
			XXH3_64bits_update(state, piece, n);
	if (n == 0)
		*digest = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	free(piece);
	return (int)n;
}

static int download(const struct web *web, int fd, uint64_t *digest)
{
	struct output output = { .fd = fd };
	struct io_fetch fetch = {
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.sink = append,
		.sink_arg = &output,
	};
	int err = web_status(io_fetch(&fetch));

	return err ? err : digest_file(fd, digest);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	char path[WORK_PATH_MAX];

	work_path(work, i, path);
	int fd = io_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return fd;
	int err = download(work->state, fd, digest);
	io_close(fd);
	int unlink_err = io_unlink(path);
	return err ? err : unlink_err;
}

/* The callback form. One write to the file is under way at a time; the transfer waits for it. */
struct call {
	uv_fs_t request; /* first, so that a request is its call */
	bool writing;
	struct transfer transfer;
	struct io_fetch fetch;
	struct loop *loop;
	int fd;
	off_t at;
	const char *data; /* what is being written */
	size_t left;
	XXH3_state_t *state;
	int err;
	uint64_t digest;
	task_done_fn *done;
	void *arg;
	char path[WORK_PATH_MAX];
	char piece[PIECE_BYTES];
};

static void removed(uv_fs_t *request);
static void wrote(uv_fs_t *request);
static void got(uv_fs_t *request);

static void finish(struct call *call)
{
	task_done_fn *done = call->done;
	void *arg = call->arg;
	int err = call->err;
	uint64_t digest = call->digest;

	XXH3_freeState(call->state);
	free(call);
	done(arg, err, digest);
}

static void remove_file(struct call *call, int err)
{
	call->err = err;
	close(call->fd);
	if (uv_fs_unlink(&call->loop->uv, &call->request, call->path, removed) < 0)
		finish(call);
}

static void removed(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	ssize_t result = loop_fs_result(request);

	if (!call->err)
		call->err = (int)result;
	finish(call);
}

static void read_on(struct call *call)
{
	uv_buf_t piece = uv_buf_init(call->piece, PIECE_BYTES);
	int err = uv_fs_read(&call->loop->uv, &call->request, call->fd, &piece, 1, call->at, got);

	if (err)
		remove_file(call, err);
}

static void got(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	ssize_t n = loop_fs_result(request);

	if (n <= 0) {
		call->digest = XXH3_64bits_digest(call->state);
		remove_file(call, (int)n);
		return;
	}
	XXH3_64bits_update(call->state, call->piece, n);
	call->at += n;
	read_on(call);
}

/* The transfer is over, or given up: read the file back, or leave. */
static void transferred(struct call *call, int err)
{
	transfer_close(&call->transfer);
	call->at = 0;
	if (err)
		remove_file(call, err);
	else
		read_on(call);
}

static void write_on(struct call *call)
{
	uv_buf_t rest = uv_buf_init((char *)call->data, call->left);
	int err = uv_fs_write(&call->loop->uv, &call->request, call->fd, &rest, 1, call->at, wrote);

	call->writing = !err;
	if (err)
		transferred(call, err);
}

/* Something has come, or the transfer has ended, or the file has taken what there was. */
static void advance(struct transfer *transfer)
{
	struct call *call = transfer->arg;

	if (call->writing)
		return;
	call->writing = true; /* taking may bring more at once, and call this again */
	call->left = transfer_take(transfer, &call->data);
	call->writing = false;
	if (call->left > 0)
		write_on(call);
	else if (transfer->finished)
		transferred(call, web_status(transfer->result));
}

static void wrote(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	ssize_t n = loop_fs_result(request);

	call->writing = false;
	if (n < 0) {
		transferred(call, (int)n);
		return;
	}
	call->at += n;
	call->data += n;
	call->left -= n;
	if (call->left > 0)
		write_on(call);
	else
		advance(&call->transfer);
}

static void opened(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	ssize_t fd = loop_fs_result(request);

	if (fd < 0) {
		call->err = (int)fd;
		finish(call);
		return;
	}
	call->fd = (int)fd;
	int err = transfer_start(call->loop, &call->transfer, &call->fetch);
	if (err)
		remove_file(call, err);
}

/* A sink makes the transfer hand over its body in pieces; they are taken, not sunk. */
static int unused_sink(void *arg, const char *data, size_t size)
{
	(void)arg, (void)data, (void)size;
	return -EINVAL;
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	const struct web *web = work->state;
	struct call *call = calloc(1, sizeof *call);

	if (!call || !(call->state = XXH3_createState())) {
		free(call);
		done(arg, -ENOMEM, 0);
		return;
	}
	XXH3_64bits_reset(call->state);
	work_path(work, i, call->path);
	call->loop = loop;
	call->done = done;
	call->arg = arg;
	call->transfer = (struct transfer){ .event = advance, .arg = call };
	call->fetch = (struct io_fetch){
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.sink = unused_sink,
	};
	call->err = uv_fs_open(&loop->uv, &call->request, call->path,
		O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, opened);
	if (call->err)
		finish(call);
}

const struct workload workload_download = {
	.name = "download",
	.summary = "HTTP GET streamed to a file",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 50,
	.fds_per_task = 2,
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = web_teardown,
};
