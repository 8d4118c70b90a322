/* Parts of a URL. */
#include "bus/nats_target.h"

struct text
nats_url_address(const char *url)
{
	const char *start = strstr(url, "://");
	start = start ? start + 3 : url;
	const char *at = strrchr(start, '@');
	return text_of(at ? at + 1 : start);
}

bool
nats_url_is_tls(const char *url)
{
	return strncasecmp(url, "tls://", 6) == 0;
}
