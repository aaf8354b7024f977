/* SPDX-License-Identifier: MIT */
/*
 * wslay hands over messages in pieces here, not whole: gathered in one buffer
 * they take no more memory the more fragments there are, and the answer is made
 * in place.
 */
#include "websocket_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

/* A larger buffer is not kept while the connection is idle. */
enum { BYTES_KEPT = 4096, BYTES_FIRST = 256 };

static bool bytes_append(struct bytes *bytes, const void *data, size_t size)
{
	size_t capacity = bytes->capacity ? bytes->capacity : BYTES_FIRST;

	while (capacity < bytes->size + size)
		capacity *= 2;
	if (capacity != bytes->capacity) {
		char *grown = realloc(bytes->data, capacity);
		if (!grown)
			return false;
		bytes->data = grown;
		bytes->capacity = capacity;
	}
	if (size > 0)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return true;
}

static void bytes_clear(struct bytes *bytes)
{
	bytes->size = 0;
	if (bytes->capacity > BYTES_KEPT) {
		free(bytes->data);
		*bytes = (struct bytes){ 0 };
	}
}

static ssize_t receive(
	struct wslay_event_context *frames, uint8_t *buf, size_t size, int flags, void *user)
{
	struct websocket *websocket = user;

	(void)flags;
	if (websocket->input_bytes == 0) {
		wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	if (size > websocket->input_bytes)
		size = websocket->input_bytes;
	memcpy(buf, websocket->input, size);
	websocket->input += size;
	websocket->input_bytes -= size;
	return (ssize_t)size;
}

static ssize_t transmit(
	struct wslay_event_context *frames, const uint8_t *data, size_t size, int flags, void *user)
{
	struct websocket *websocket = user;

	(void)flags;
	if (bytes_append(&websocket->output, data, size))
		return (ssize_t)size;
	wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static void starve(struct websocket *websocket)
{
	websocket->starved = true;
	wslay_event_shutdown_read(websocket->frames);
}

/* Close with the status: what still comes is not read. A close that was queued before stands. */
static void close_with(struct websocket *websocket, uint16_t status)
{
	websocket->first_to_close = true;
	wslay_event_shutdown_read(websocket->frames);
	if (wslay_event_queue_close(websocket->frames, status, NULL, 0) == WSLAY_ERR_NOMEM)
		websocket->starved = true;
}

/* What wslay lets pass: a message that is too long in sum, and half a status in a close frame. */
static void on_frame(struct wslay_event_context *frames,
	const struct wslay_event_on_frame_recv_start_arg *frame, void *user)
{
	struct websocket *websocket = user;

	(void)frames;
	websocket->control = wslay_is_ctrl_frame(frame->opcode);
	if (!websocket->control &&
		frame->payload_length > WEBSOCKET_MESSAGE_BYTES - websocket->message.size)
		close_with(websocket, WSLAY_CODE_MESSAGE_TOO_BIG);
	if (frame->opcode == WSLAY_CONNECTION_CLOSE && frame->payload_length == 1)
		close_with(websocket, WSLAY_CODE_PROTOCOL_ERROR);
}

static void on_piece(struct wslay_event_context *frames,
	const struct wslay_event_on_frame_recv_chunk_arg *piece, void *user)
{
	struct websocket *websocket = user;

	if (websocket->control || !wslay_event_get_read_enabled(frames))
		return;
	if (!bytes_append(&websocket->message, piece->data, piece->data_length))
		starve(websocket);
}

static void answer(struct websocket *websocket, uint8_t opcode)
{
	static const char suffix[] = "/answer", bye[] = "close";
	struct bytes *message = &websocket->message;
	bool text = opcode == WSLAY_TEXT_FRAME;

	if (text && message->size == strlen(bye) && memcmp(message->data, bye, strlen(bye)) == 0) {
		close_with(websocket, WSLAY_CODE_NORMAL_CLOSURE);
		return;
	}
	if (text && !bytes_append(message, suffix, strlen(suffix))) {
		starve(websocket);
		return;
	}
	struct wslay_event_msg reply = {
		.opcode = opcode,
		.msg = (const uint8_t *)message->data,
		.msg_length = message->size,
	};
	if (wslay_event_queue_msg(websocket->frames, &reply) != 0)
		starve(websocket);
}

/* Sent at once, as wslay would put a pong or a close before the answers that are queued. */
static void on_message(struct wslay_event_context *frames,
	const struct wslay_event_on_msg_recv_arg *arg, void *user)
{
	struct websocket *websocket = user;

	if (!wslay_is_ctrl_frame(arg->opcode)) {
		if (wslay_event_get_read_enabled(frames))
			answer(websocket, arg->opcode);
		bytes_clear(&websocket->message);
	}
	if (wslay_event_send(frames) != 0)
		starve(websocket);
}

static int start_frames(struct websocket *websocket)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = receive,
		.send_callback = transmit,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_piece,
		.on_msg_recv_callback = on_message,
	};

	if (wslay_event_context_server_init(&websocket->frames, &callbacks, websocket) != 0)
		return -ENOMEM;
	wslay_event_config_set_no_buffering(websocket->frames, 1);
	return 0;
}

/* Turn what wslay has queued into output, and see whether that was the last. */
static int flush(struct websocket *websocket)
{
	struct wslay_event_context *frames = websocket->frames;

	if (!websocket->starved && wslay_event_send(frames) != 0)
		websocket->starved = true;
	websocket->ended = websocket->starved || wslay_event_get_close_sent(frames);
	return websocket->starved ? -ENOMEM : 0;
}

/*
 * A frame whose header breaks the protocol. wslay has queued a close frame that
 * does not say why; this one goes out in its place.
 */
static int close_for_header(struct websocket *websocket)
{
	static const uint8_t frame[] = { 0x80 | WSLAY_CONNECTION_CLOSE, 2,
		WSLAY_CODE_PROTOCOL_ERROR >> 8, WSLAY_CODE_PROTOCOL_ERROR & 0xff };

	websocket->ended = true;
	return bytes_append(&websocket->output, frame, sizeof frame) ? 0 : -ENOMEM;
}

static int feed_frames(struct websocket *websocket, const char *data, size_t size)
{
	websocket->input = data;
	websocket->input_bytes = size;
	int err = wslay_event_recv(websocket->frames);
	if (err == WSLAY_ERR_CALLBACK_FAILURE)
		return close_for_header(websocket);
	if (err)
		websocket->starved = true;
	return flush(websocket);
}

static int answer_handshake(struct websocket *websocket)
{
	char text[HANDSHAKE_ANSWER_BYTES];
	size_t size = handshake_answer(&websocket->handshake, text);

	websocket->ended = websocket->handshake.status != HTTP_STATUS_SWITCHING_PROTOCOLS;
	int err = bytes_append(&websocket->output, text, size) ? 0 : -ENOMEM;
	if (!err && !websocket->ended)
		err = start_frames(websocket);
	if (err)
		websocket->ended = true;
	return err;
}

void websocket_init(struct websocket *websocket)
{
	*websocket = (struct websocket){ 0 };
	handshake_init(&websocket->handshake);
}

void websocket_free(struct websocket *websocket)
{
	if (websocket->frames)
		wslay_event_context_free(websocket->frames);
	free(websocket->message.data);
	free(websocket->output.data);
}

int websocket_feed(struct websocket *websocket, const char *data, size_t size)
{
	if (websocket->ended)
		return 0;
	if (!websocket->frames) {
		size_t taken = handshake_feed(&websocket->handshake, data, size);
		int err = websocket->handshake.status ? answer_handshake(websocket) : 0;
		if (err || !websocket->frames)
			return err;
		data += taken;
		size -= taken;
	}
	return feed_frames(websocket, data, size);
}

static int go_away(struct websocket *websocket)
{
	close_with(websocket, WSLAY_CODE_GOING_AWAY);
	return flush(websocket);
}

int websocket_time_out(struct websocket *websocket)
{
	if (websocket->ended)
		return 0;
	if (websocket->frames)
		return go_away(websocket);
	websocket->handshake.status = HTTP_STATUS_REQUEST_TIMEOUT;
	return answer_handshake(websocket);
}

int websocket_end(struct websocket *websocket)
{
	websocket->input_over = true;
	if (websocket->frames && !websocket->ended)
		return go_away(websocket);
	websocket->ended = true;
	return 0;
}

size_t websocket_output(const struct websocket *websocket, const char **data)
{
	const struct bytes *output = &websocket->output;

	*data = output->data ? output->data + websocket->sent_bytes : NULL;
	return output->size - websocket->sent_bytes;
}

void websocket_sent(struct websocket *websocket, size_t size)
{
	websocket->sent_bytes += size;
	if (websocket->sent_bytes < websocket->output.size)
		return;
	websocket->sent_bytes = 0;
	bytes_clear(&websocket->output);
}

bool websocket_open(const struct websocket *websocket)
{
	return websocket->frames != NULL;
}

bool websocket_must_linger(const struct websocket *websocket)
{
	bool asked_for = websocket->frames && !websocket->first_to_close &&
		wslay_event_get_close_received(websocket->frames);

	return !asked_for && !websocket->input_over;
}
