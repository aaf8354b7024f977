/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <boost/version.hpp>
#include <curl/curl.h>
#include <http_parser.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <uv.h>
#include <wslay/wslay.h>
#include <xxhash.h>
#include <zlib.h>

#include "../models/model.h"
#include "environment.h"

/* The libraries that are loaded now; of those that do not say, the headers. */
static void put_libraries(FILE *out)
{
	fprintf(out,
		"libraries: libuv %s, libcurl %s, jansson %s, %s,\n"
		"           zlib %s, xxHash %d.%d.%d, http_parser %d.%d.%d, wslay %s, Boost %s\n",
		uv_version_string(), curl_version_info(CURLVERSION_NOW)->version,
		jansson_version_str(), OpenSSL_version(OPENSSL_VERSION), zlibVersion(),
		XXH_versionNumber() / 10000, XXH_versionNumber() / 100 % 100,
		XXH_versionNumber() % 100, HTTP_PARSER_VERSION_MAJOR, HTTP_PARSER_VERSION_MINOR,
		HTTP_PARSER_VERSION_PATCH, WSLAY_VERSION, BOOST_LIB_VERSION);
}

void version_print(FILE *out)
{
	const char *missing = model_unavailable(model_find("uring"), NULL);

	fprintf(out, "concbench %s\n", CONCBENCH_VERSION);
	fprintf(out, "commit:    %s\n", *environment_git() ? environment_git() : "unknown");
	fprintf(out, "compiler:  %s\nflags:     %s\n", environment_compiler(), FLAGS);
	put_libraries(out);
	fprintf(out, "io_uring:  %s\n", missing ? missing : "yes");
}
