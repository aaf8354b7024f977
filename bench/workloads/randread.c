/* SPDX-License-Identifier: MIT */
/*
 * randread: blocks of 4 KiB at random places of a file, one after the other in
 * a task, so that the concurrency is the queue's depth. The file has just been
 * written, so it is read from the page cache, or with direct=1 from the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <xxhash.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "../rng.h"
#include "workload.h"

enum { BLOCK_BYTES = 4096, BLOCKS_PER_MIB = 256 };

static const struct param params[] = {
	{ .name = "file_mib",
		.unit = "MiB",
		.summary = "size of the file",
		.initial = "64",
		.min = 1,
		.max = 1048576 },
	{ .name = "reads",
		.unit = "",
		.summary = "blocks a task reads",
		.initial = "16",
		.min = 1,
		.max = 1000000 },
	{ .name = "direct",
		.unit = "",
		.summary = "1: O_DIRECT, past the page cache (TMPDIR names the disk)",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

struct blocks {
	int fd;
	uint64_t reads, count;
	uint64_t hash[]; /* of each block */
};

/* A block's content follows from its number. */
static void fill(uint64_t *block, uint64_t number)
{
	struct rng rng;

	rng_seed(&rng, number);
	for (int i = 0; i < BLOCK_BYTES / 8; i++)
		block[i] = rng_next(&rng);
}

static int write_blocks(int fd, struct blocks *blocks)
{
	uint64_t block[BLOCK_BYTES / 8];

	for (uint64_t i = 0; i < blocks->count; i++) {
		fill(block, i);
		blocks->hash[i] = XXH3_64bits(block, sizeof block);
		ssize_t n = io_pwrite(fd, block, sizeof block, (off_t)(i * BLOCK_BYTES));
		if (n != sizeof block)
			return n < 0 ? (int)n : -EIO;
	}
	return io_fsync(fd);
}

/* A refusal, in words. */
static int refuse(struct work *work, const char *why)
{
	work_explain(work, "direct=1: %.150s %s (set TMPDIR to a disk)", work->workdir, why);
	return -ENOTSUP;
}

/* Some file systems refuse at open, some at the first read, and tmpfs only pretends. */
static int open_direct(struct work *work, struct blocks *blocks, const char *path)
{
	void *buffer = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	struct statfs fs;

	if (!buffer)
		return -ENOMEM;
	blocks->fd = io_open(path, O_RDONLY | O_DIRECT, 0);
	ssize_t n = blocks->fd < 0 ? blocks->fd : io_pread(blocks->fd, buffer, BLOCK_BYTES, 0);
	free(buffer);
	if (n == -EINVAL || n == -EOPNOTSUPP)
		return refuse(work, "does not take O_DIRECT");
	if (n >= 0 && fstatfs(blocks->fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
		return refuse(work, "is memory (tmpfs)");
	return n == BLOCK_BYTES ? 0 : n < 0 ? (int)n : -EIO;
}

static int make_file(struct work *work, struct blocks *blocks)
{
	char path[WORK_PATH_MAX];

	work_path(work, 0, path);
	int fd = io_open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return fd;
	int err = write_blocks(fd, blocks);
	if (!err && param_number(work->params, "direct")) {
		err = open_direct(work, blocks, path);
		io_close(fd);
	} else {
		blocks->fd = fd;
	}
	io_unlink(path); /* what is open stays until it is closed */
	return err;
}

static int setup(struct work *work)
{
	uint64_t count = param_number(work->params, "file_mib") * BLOCKS_PER_MIB;
	struct blocks *blocks = malloc(sizeof *blocks + count * sizeof blocks->hash[0]);

	work->state = blocks;
	if (!blocks)
		return -ENOMEM;
	blocks->fd = -1;
	blocks->count = count;
	blocks->reads = param_number(work->params, "reads");
	work->operations = blocks->reads;
	work->expected = blocks->reads;
	return make_file(work, blocks);
}

/* Whether a read of block `number` came to what is there. */
static int check_block(const struct blocks *blocks, uint64_t number, const void *buf, ssize_t n)
{
	if (n < 0)
		return (int)n;
	if (n != BLOCK_BYTES)
		return -EIO;
	return XXH3_64bits(buf, BLOCK_BYTES) == blocks->hash[number] ? 0 : -EBADMSG;
}

static int read_blocks(const struct blocks *blocks, uint64_t i, void *buf, uint64_t *digest)
{
	struct rng rng;
	int err = 0;

	rng_seed(&rng, i);
	for (*digest = 0; !err && *digest < blocks->reads; ++*digest) {
		uint64_t number = rng_below(&rng, blocks->count);
		ssize_t n = io_pread(blocks->fd, buf, BLOCK_BYTES, (off_t)(number * BLOCK_BYTES));
		err = check_block(blocks, number, buf, n);
	}
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	void *buf = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	int err = buf ? read_blocks(work->state, i, buf, digest) : -ENOMEM;

	free(buf);
	return err;
}

/* The callback form: the end of a read starts the next. */
struct call {
	uv_fs_t request; /* first, so that a request is its call */
	const struct blocks *blocks;
	struct rng rng;
	uint64_t number, right;
	void *buf;
	task_done_fn *done;
	void *arg;
};

static void finish(struct call *call, int err)
{
	task_done_fn *done = call->done;
	void *arg = call->arg;
	uint64_t right = call->right;

	free(call->buf);
	free(call);
	done(arg, err, right);
}

static void got(uv_fs_t *request);

static void read_next(uv_loop_t *uv, struct call *call)
{
	uv_buf_t piece = uv_buf_init(call->buf, BLOCK_BYTES);

	call->number = rng_below(&call->rng, call->blocks->count);
	int err = uv_fs_read(uv, &call->request, call->blocks->fd, &piece, 1,
		(int64_t)(call->number * BLOCK_BYTES), got);
	if (err)
		finish(call, err);
}

static void got(uv_fs_t *request)
{
	struct call *call = (struct call *)request;
	uv_loop_t *uv = request->loop;
	int err = check_block(call->blocks, call->number, call->buf, loop_fs_result(request));

	if (err || ++call->right == call->blocks->reads)
		finish(call, err);
	else
		read_next(uv, call);
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	struct call *call = calloc(1, sizeof *call);
	void *buf = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);

	if (!call || !buf) {
		free(call);
		free(buf);
		done(arg, -ENOMEM, 0);
		return;
	}
	*call = (struct call){ .blocks = work->state, .buf = buf, .done = done, .arg = arg };
	rng_seed(&call->rng, i);
	read_next(&loop->uv, call);
}

static void teardown(struct work *work)
{
	struct blocks *blocks = work->state;

	if (blocks && blocks->fd >= 0)
		io_close(blocks->fd);
	free(blocks);
}

const struct workload workload_randread = {
	.name = "randread",
	.summary = "4 KiB at random places of a file",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 1000,
	.operation = "reads",
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = teardown,
};
