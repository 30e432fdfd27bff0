#include "CPriceCatalog.h"

static const unsigned char bytes[] = {
#embed "prices.catalog"
};

const unsigned char *price_catalog(void) { return bytes; }
size_t price_catalog_size(void) { return sizeof bytes; }
