/* The adapters. Each is defined in the file of its name, adapter_json in json_tcp.c. */
#ifndef ADAPTERS_ADAPTERS_H
#define ADAPTERS_ADAPTERS_H

#include "teahouse/adapter.h"

extern const struct adapter adapter_telnet;
extern const struct adapter adapter_json;
extern const struct adapter adapter_web;
extern const struct adapter adapter_relay;
extern const struct adapter adapter_lobby;
extern const struct adapter adapter_direct;

#endif
