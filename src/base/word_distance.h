/* How far a misspelled word is from a known one. Does not know what the words are for. */
#ifndef BASE_WORD_DISTANCE_H
#define BASE_WORD_DISTANCE_H

#include "teahouse/text.h"

/*
 * The optimal string alignment distance: bytes to change, insert, delete or swap with the next
 * one, to get from a to b, without regard to the case of ASCII letters. SIZE_MAX: a word is long.
 */
size_t word_distance(struct text a, struct text b);

/* Whether `known` may be meant by a word: one letter in three may be wrong. */
bool word_is_near(struct text word, struct text known);

#endif
