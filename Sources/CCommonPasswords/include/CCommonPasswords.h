#pragma once
#include <stddef.h>

// The embedded list of common passwords, part of the program's file: common-passwords.txt, byte by byte. One per line,
// lower-case ASCII, 8 characters and more, sorted by bytes. Written by Scripts/generate-common-passwords, which names
// its sources; last on 2026-11-25.
const unsigned char *common_passwords(void);
size_t common_passwords_size(void);
