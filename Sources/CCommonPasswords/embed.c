#include "CCommonPasswords.h"

static const unsigned char bytes[] = {
#embed "common-passwords.txt"
};

const unsigned char *common_passwords(void) { return bytes; }
size_t common_passwords_size(void) { return sizeof bytes; }
