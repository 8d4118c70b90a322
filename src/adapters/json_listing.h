/* Lists in packets: names, rooms, users, commands (SPEC 6.2). */
#ifndef ADAPTERS_JSON_LISTING_H
#define ADAPTERS_JSON_LISTING_H

#include "codec/json_writer.h"
#include "teahouse/adapter.h"

/* The fields of NAMES, ROOMS or WHO. */
void json_put_items(struct json_writer *json, const struct event *event);

/* The commands that can be typed: what /help shows, in a form for programs. */
void json_put_commands(struct json_writer *json);

/* What a welcome says of accounts, and what the user has not read. */
void json_put_account(struct json_writer *json, const struct event *event);

/* The sessions of a user. */
void json_put_sessions(struct json_writer *json, const struct event *event);

#endif
