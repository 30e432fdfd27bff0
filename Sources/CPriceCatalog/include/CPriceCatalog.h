#pragma once
#include <stddef.h>

// The embedded price catalogue, part of the program's file: prices.catalog, byte by byte.
const unsigned char *price_catalog(void);
size_t price_catalog_size(void);
