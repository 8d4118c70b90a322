/*
 * Grapheme clusters by the properties of their characters, without an iterator of ICU: opening
 * one costs more than a user's keystroke may. Knows no words and no lines.
 */
#include "base/cluster.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { VARIATION_EMOJI = 0xfe0f, LOOK_BACK_BYTES = 256 };

/* What the rules need to know of the characters before the next one. */
struct cluster {
	int32_t last;      /* UGraphemeClusterBreak */
	bool pictographic; /* a pictograph, with nothing but marks behind it */
	bool joined;       /* and a joiner behind those */
	bool half_flag;    /* an odd number of regional indicators */
};

static int32_t
character_break(UChar32 c)
{
	return u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK);
}

static bool
break_is_control(int32_t type)
{
	return type == U_GCB_CONTROL || type == U_GCB_CR || type == U_GCB_LF;
}

/* GB6 to GB8: syllables of Hangul. */
static bool
is_syllable(int32_t last, int32_t type)
{
	if (last == U_GCB_L)
		return type == U_GCB_L || type == U_GCB_V || type == U_GCB_LV || type == U_GCB_LVT;
	if (last == U_GCB_LV || last == U_GCB_V)
		return type == U_GCB_V || type == U_GCB_T;
	return (last == U_GCB_LVT || last == U_GCB_T) && type == U_GCB_T;
}

/* Whether the character belongs to the cluster before it (UAX #29, GB3 to GB13). */
static bool
cluster_continues(const struct cluster *cluster, UChar32 c, int32_t type)
{
	if (cluster->last == U_GCB_CR)
		return type == U_GCB_LF;
	if (break_is_control(cluster->last) || break_is_control(type))
		return false;
	return type == U_GCB_EXTEND || type == U_GCB_ZWJ || type == U_GCB_SPACING_MARK ||
	       cluster->last == U_GCB_PREPEND || is_syllable(cluster->last, type) ||
	       (cluster->joined && u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC)) ||
	       (cluster->half_flag && type == U_GCB_REGIONAL_INDICATOR);
}

static void
cluster_add(struct cluster *cluster, UChar32 c, int32_t type)
{
	cluster->joined = cluster->pictographic && type == U_GCB_ZWJ;
	if (type != U_GCB_EXTEND && type != U_GCB_ZWJ)
		cluster->pictographic = u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
	cluster->half_flag = type == U_GCB_REGIONAL_INDICATOR && !cluster->half_flag;
	cluster->last = type;
}

static size_t
character_columns(UChar32 c)
{
	int32_t width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
	if (c < ' ' || !character_shows(c) || (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK)))
		return 0;
	return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

size_t
cluster_first(struct text t, size_t *columns)
{
	const uint8_t *at = (const uint8_t *)t.ptr;
	int32_t len = (int32_t)t.len, i = 0;
	struct cluster cluster = {.last = -1};
	*columns = 0;
	while (i < len) {
		UChar32 c;
		int32_t next = i;
		U8_NEXT_OR_FFFD(at, next, len, c);
		int32_t type = character_break(c);
		if (i > 0 && !cluster_continues(&cluster, c, type))
			break;
		cluster_add(&cluster, c, type);
		size_t own = character_columns(c);
		bool flag = i > 0 && type == U_GCB_REGIONAL_INDICATOR;
		if (flag || (c == VARIATION_EMOJI && *columns > 0))
			own = 2;
		if (own > *columns)
			*columns = own;
		i = next;
		if (i == 1 && c >= ' ' && i < len && at[i] < 0x80)
			break;
	}
	return (size_t)i;
}

size_t
cluster_last(struct text t)
{
	size_t last = text_last(t), columns;
	/* ASCII has no marks. */
	if (last == 0 || (unsigned char)t.ptr[last] < 0x80)
		return last;
	size_t from = t.len > LOOK_BACK_BYTES ? t.len - LOOK_BACK_BYTES : 0;
	while (from > 0 && from < last && ((unsigned char)t.ptr[from] & 0xc0) == 0x80)
		from++;
	for (size_t at = from; at < t.len;) {
		from = at;
		at += cluster_first((struct text){t.ptr + at, t.len - at}, &columns);
	}
	return from;
}

size_t
text_columns(struct text t)
{
	size_t sum = 0, columns;
	while (t.len > 0) {
		size_t n = cluster_first(t, &columns);
		t = (struct text){t.ptr + n, t.len - n};
		sum += columns;
	}
	return sum;
}
