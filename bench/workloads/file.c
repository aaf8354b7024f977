/* SPDX-License-Identifier: MIT */
/* file: write a file, bring it to the disk if asked, read it back, check it, remove it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "../origin.h"
#include "web.h"

struct file {
	size_t size;
	bool sync;
	char *content;
};

static const struct param params[] = {
	{ .name = "file_bytes",
		.unit = "bytes",
		.summary = "size of a file",
		.initial = "16384",
		.min = 1,
		.max = 1073741824 },
	{ .name = "fsync",
		.unit = "",
		.summary = "1: fsync before it is read back (TMPDIR names the disk)",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

static int setup(struct work *work)
{
	struct file *file = work->state = calloc(1, sizeof *file);

	if (!file)
		return -ENOMEM;
	file->size = param_number(work->params, "file_bytes");
	file->sync = param_number(work->params, "fsync");
	file->content = malloc(file->size);
	if (!file->content)
		return -ENOMEM;
	origin_fill(file->content, file->size, 0);
	work->expected = web_digest(file->content, file->size);
	return 0;
}

static int write_and_read(int fd, const struct file *file, char *back)
{
	size_t at = 0;
	ssize_t n = 1;

	for (; at < file->size && n > 0; at += n)
		if ((n = io_pwrite(fd, file->content + at, file->size - at, at)) < 0)
			return (int)n;
	if (file->sync && (n = io_fsync(fd)) < 0)
		return (int)n;
	for (at = 0, n = 1; at < file->size && n > 0; at += n)
		if ((n = io_pread(fd, back + at, file->size - at, at)) < 0)
			return (int)n;
	return at == file->size ? 0 : -EIO;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	const struct file *file = work->state;
	char path[WORK_PATH_MAX];

	work_path(work, i, path);
	int fd = io_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return fd;
	char *back = malloc(file->size);
	int err = back ? write_and_read(fd, file, back) : -ENOMEM;
	if (!err)
		*digest = web_digest(back, file->size);
	free(back);
	io_close(fd);
	int unlink_err = io_unlink(path);
	return err ? err : unlink_err;
}

/* The callback form: each step's end starts the next. */
struct call {
	uv_fs_t request; /* first, so that a request is its call */
	const struct file *file;
	int fd;
	size_t at;
	int err;
	task_done_fn *done;
	void *arg;
	char path[WORK_PATH_MAX];
	char back[];
};

static void removed(uv_fs_t *request);
static void wrote(uv_fs_t *request);
static void got(uv_fs_t *request);

static void finish(struct call *call)
{
	task_done_fn *done = call->done;
	void *arg = call->arg;
	int err = call->err;
	uint64_t digest = err ? 0 : web_digest(call->back, call->file->size);

	free(call);
	done(arg, err, digest);
}

static void remove_file(uv_loop_t *uv, struct call *call, int err)
{
	call->err = err;
	close(call->fd);
	if (uv_fs_unlink(uv, &call->request, call->path, removed) < 0)
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

static void read_on(uv_loop_t *uv, struct call *call)
{
	uv_buf_t rest = uv_buf_init(call->back + call->at, call->file->size - call->at);
	int err = uv_fs_read(uv, &call->request, call->fd, &rest, 1, call->at, got);

	if (err)
		remove_file(uv, call, err);
}

static void got(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_loop_t *uv = request->loop;
	ssize_t n = loop_fs_result(request);

	if (n > 0)
		call->at += n;
	if (n > 0 && call->at < call->file->size)
		read_on(uv, call);
	else
		remove_file(uv, call, n > 0 ? 0 : n < 0 ? (int)n : -EIO);
}

static void synced(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_loop_t *uv = request->loop;
	int err = (int)loop_fs_result(request);

	call->at = 0;
	if (err)
		remove_file(uv, call, err);
	else
		read_on(uv, call);
}

static void write_on(uv_loop_t *uv, struct call *call)
{
	uv_buf_t rest = uv_buf_init(call->file->content + call->at, call->file->size - call->at);
	int err = uv_fs_write(uv, &call->request, call->fd, &rest, 1, call->at, wrote);

	if (err)
		remove_file(uv, call, err);
}

static void wrote(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_loop_t *uv = request->loop;
	ssize_t n = loop_fs_result(request);
	int err = n < 0 ? (int)n : 0;

	if (!err)
		call->at += n;
	if (!err && call->at < call->file->size) {
		write_on(uv, call);
		return;
	}
	if (!err && call->file->sync) {
		err = uv_fs_fsync(uv, &call->request, call->fd, synced);
	} else if (!err) {
		call->at = 0;
		read_on(uv, call);
	}
	if (err)
		remove_file(uv, call, err);
}

static void opened(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_loop_t *uv = request->loop;
	ssize_t fd = loop_fs_result(request);

	if (fd < 0) {
		call->err = (int)fd;
		finish(call);
		return;
	}
	call->fd = (int)fd;
	write_on(uv, call);
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	const struct file *file = work->state;
	struct call *call = malloc(sizeof *call + file->size);

	if (!call) {
		done(arg, -ENOMEM, 0);
		return;
	}
	*call = (struct call){ .file = file, .done = done, .arg = arg };
	work_path(work, i, call->path);
	call->err = uv_fs_open(&loop->uv, &call->request, call->path,
		O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, opened);
	if (call->err)
		finish(call);
}

static void teardown(struct work *work)
{
	struct file *file = work->state;

	if (file)
		free(file->content);
	free(file);
}

const struct workload workload_file = {
	.name = "file",
	.summary = "write a file, read it back, remove it",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 100,
	.fds_per_task = 1,
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = teardown,
};
