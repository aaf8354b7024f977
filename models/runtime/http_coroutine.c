/* SPDX-License-Identifier: MIT */
/* io_fetch and io_gather in the coroutines' world: transfers on the loop, and a task that parks. */
#include <errno.h>
#include <stdlib.h>

#include "io_coroutine.h"
#include "scheduler.h"

/* Whoever waits for an event of its transfers. */
static void on_event(struct transfer *transfer)
{
	wait_wake_all(transfer->arg, 0);
}

static int await_event(struct wait_list *fetching)
{
	struct waiter waiter = { .what = "an HTTP transfer", .outside = true };

	return (int)wait_park(&waiter, fetching, IO_FOREVER);
}

/* Hand what has come to the sink; false when there was nothing. */
static bool drain(struct transfer *transfer, int *err)
{
	const char *data;
	size_t size = transfer->fetch->sink ? transfer_take(transfer, &data) : 0;

	if (size > 0)
		*err = transfer->fetch->sink(transfer->fetch->sink_arg, data, size);
	return size > 0;
}

int coroutine_fetch(struct io_fetch *fetch)
{
	struct wait_list fetching = { 0 };
	struct transfer transfer = { .event = on_event, .arg = &fetching };
	int err = transfer_start(&scheduler->reactor->loop, &transfer, fetch);

	if (err)
		return err;
	while (!err) {
		if (drain(&transfer, &err))
			continue;
		if (transfer.finished)
			break;
		err = await_event(&fetching);
	}
	transfer_close(&transfer);
	return err ? err : transfer.result;
}

/* Hand on what a transfer has brought, and close it at its end. True when either happened. */
static bool advance(struct transfer *transfer)
{
	int err = 0;
	bool drained = drain(transfer, &err);

	if (err || (!drained && transfer->finished)) {
		transfer->fetch->status = err ? err : transfer->result;
		transfer_close(transfer);
		transfer->fetch = NULL;
		return true;
	}
	return drained;
}

static void break_off(struct transfer *transfers, unsigned count, int err)
{
	for (unsigned i = 0; i < count; i++)
		if (transfers[i].fetch) {
			transfers[i].fetch->status = err;
			transfer_close(&transfers[i]);
		}
}

/* Events that come while a sink waits are not lost: it parks only after a look that found nothing.
 */
static void finish_all(struct wait_list *fetching, struct transfer *transfers, unsigned count)
{
	int err = 0;

	while (!err) {
		unsigned left = 0;
		bool advanced = false;
		for (unsigned i = 0; i < count; i++) {
			if (!transfers[i].fetch)
				continue;
			advanced |= advance(&transfers[i]);
			left += transfers[i].fetch != NULL;
		}
		if (left == 0)
			return;
		if (!advanced)
			err = await_event(fetching);
	}
	break_off(transfers, count, err);
}

void coroutine_gather(struct io_fetch *const *fetches, unsigned count)
{
	struct wait_list fetching = { 0 };
	struct transfer *transfers = calloc(count, sizeof *transfers);

	for (unsigned i = 0; i < count; i++) {
		int err = -ENOMEM;
		if (transfers) {
			transfers[i] = (struct transfer){ .event = on_event, .arg = &fetching };
			err = transfer_start(&scheduler->reactor->loop, &transfers[i], fetches[i]);
		}
		fetches[i]->status = err;
		if (err && transfers)
			transfers[i].fetch = NULL;
	}
	if (transfers)
		finish_all(&fetching, transfers, count);
	free(transfers);
}
