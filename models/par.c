/* SPDX-License-Identifier: MIT */
#include "par.h"

_Thread_local const struct par_ops *par;
