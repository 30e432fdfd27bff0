#ifndef CURL_OPTIONS_H
#define CURL_OPTIONS_H
#include <curl/curl.h>

/* libcurl's setopt and getinfo are variadic, which Swift cannot call: one function for each shape of argument. */
typedef size_t (*curl_options_sink)(char *bytes, size_t size, size_t count, void *context);

CURLcode curl_options_set_long(CURL *handle, CURLoption option, long value);
CURLcode curl_options_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode curl_options_set_headers(CURL *handle, struct curl_slist *headers);
CURLcode curl_options_set_sinks(CURL *handle, curl_options_sink body, curl_options_sink header, void *context);
#endif
