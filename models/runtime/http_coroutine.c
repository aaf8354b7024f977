/* SPDX-License-Identifier: MIT */
/* io_fetch and io_gather in the coroutines' world: transfers on the loop, and a task that parks. */
#include <errno.h>
#include <stdlib.h>

#include "coroutine.h"

/* A fetch's task: parked says that an event is what it waits for. */
struct fetching {
	struct coroutine *coroutine;
	bool parked;
};

static void on_event(struct transfer *transfer)
{
	struct fetching *fetching = transfer->arg;

	if (fetching->parked) {
		fetching->parked = false;
		coroutine_ready(fetching->coroutine);
	}
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
	struct fetching fetching = { .coroutine = coroutine_current() };
	struct transfer transfer = { .event = on_event, .arg = &fetching };
	int err = transfer_start(coroutine_loop(), &transfer, fetch);

	if (err)
		return err;
	while (!err) {
		if (drain(&transfer, &err))
			continue;
		if (transfer.finished)
			break;
		fetching.parked = true;
		coroutine_park();
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

/* Events that come while a sink waits are not lost: it parks only after a look that found nothing.
 */
static void finish_all(struct fetching *fetching, struct transfer *transfers, unsigned count)
{
	for (;;) {
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
		if (!advanced) {
			fetching->parked = true;
			coroutine_park();
		}
	}
}

void coroutine_gather(struct io_fetch *const *fetches, unsigned count)
{
	struct fetching fetching = { .coroutine = coroutine_current() };
	struct transfer *transfers = calloc(count, sizeof *transfers);

	for (unsigned i = 0; i < count; i++) {
		int err = -ENOMEM;
		if (transfers) {
			transfers[i] = (struct transfer){ .event = on_event, .arg = &fetching };
			err = transfer_start(coroutine_loop(), &transfers[i], fetches[i]);
		}
		fetches[i]->status = err;
		if (err && transfers)
			transfers[i].fetch = NULL;
	}
	if (transfers)
		finish_all(&fetching, transfers, count);
	free(transfers);
}
