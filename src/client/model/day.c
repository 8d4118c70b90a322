/* Days, by localtime_r. */
#include "client/model/day.h"

#include <time.h>

bool
day_is_same(int64_t time, int64_t other)
{
	time_t one = (time_t)(time / 1000), two = (time_t)(other / 1000);
	struct tm a, b;
	return !localtime_r(&one, &a) || !localtime_r(&two, &b) ||
	       (a.tm_yday == b.tm_yday && a.tm_year == b.tm_year);
}

bool
day_is_later(int64_t before, int64_t time)
{
	return before > 0 && time > before && !day_is_same(before, time);
}

struct line *
day_line(int64_t time)
{
	time_t seconds = (time_t)(time / 1000);
	struct tm local;
	char day[64] = "";
	if (localtime_r(&seconds, &local))
		strftime(day, sizeof day, "%A, %e %B %Y", &local);
	struct line_parts parts = {.prefix = text_of(day)};
	return line_make(LINE_DAY, time, &parts);
}
