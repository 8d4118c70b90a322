/*
 * Grapheme clusters, which readers count as characters (UAX #29), and the columns that a terminal
 * gives them (UAX #11). Knows no words and no lines.
 */
#ifndef BASE_CLUSTER_H
#define BASE_CLUSTER_H

#include "teahouse/text.h"

/* The bytes of the first cluster of t, which is not empty, and its columns: 0, 1 or 2. */
size_t cluster_first(struct text t, size_t *columns);

/* The offset of the last cluster of t; 0 when t is empty. Looks back a bounded number of bytes. */
size_t cluster_last(struct text t);

size_t text_columns(struct text t);

#endif
