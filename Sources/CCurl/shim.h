#ifndef MOCKUPAWS_CCURL_H
#define MOCKUPAWS_CCURL_H
#include <curl/curl.h>

/* curl_easy_setopt is variadic, which Swift cannot call: one function for each shape of argument. */
typedef size_t (*curl_options_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode curl_options_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_options_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode curl_options_set_headers(CURL *handle, struct curl_slist *headers) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode curl_options_set_sinks(CURL *handle, curl_options_sink body, curl_options_sink header, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    return code;
}
#endif
