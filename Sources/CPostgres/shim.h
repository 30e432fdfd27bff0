#pragma once
#include <libpq-fe.h>
#include <postgres_ext.h>

// Character macros, which Swift does not see.
static const int PG_FIELD_SQLSTATE = PG_DIAG_SQLSTATE;
static const int PG_FIELD_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int PG_FIELD_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
static const int PG_FIELD_COLUMN = PG_DIAG_COLUMN_NAME;
