/* SPDX-License-Identifier: MIT */
#include "client.h"

extern const struct client client_http;

const struct client client_http = { 0 };
