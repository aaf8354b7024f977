/* SPDX-License-Identifier: MIT */
#include "loop.h"

static int init(struct loop *loop, bool guest)
{
	*loop = (struct loop){ 0 };
	int err = uv_loop_init(&loop->uv);
	if (err)
		return err;
	err = timers_init(&loop->timers, guest ? NULL : &loop->uv);
	if (err) {
		uv_run(&loop->uv, UV_RUN_DEFAULT);
		uv_loop_close(&loop->uv);
	}
	return err;
}

int loop_init(struct loop *loop)
{
	return init(loop, false);
}

int loop_init_guest(struct loop *loop)
{
	return init(loop, true);
}

void loop_close(struct loop *loop)
{
	if (loop->fetcher)
		fetcher_close(loop->fetcher);
	timers_close(&loop->timers);
	uv_run(&loop->uv, UV_RUN_DEFAULT); /* the closing handles' callbacks */
	uv_loop_close(&loop->uv);
}

void loop_flush(struct loop *loop)
{
	if (loop->fetcher)
		fetcher_flush(loop->fetcher);
}

bool loop_turn(struct loop *loop, bool wait)
{
	bool alive = uv_run(&loop->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT) != 0;

	return alive || (loop->fetcher && fetcher_waits(loop->fetcher));
}

ssize_t loop_fs_result(uv_fs_t *request)
{
	ssize_t result = request->result;

	uv_fs_req_cleanup(request);
	return result;
}
