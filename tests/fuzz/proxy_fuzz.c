/* What proxies say: reading stays within the bytes, and what is wrong or whole stays so. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "net/forwarded.h"
#include "net/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum proxy_verdict
parse(struct text in, size_t n, struct proxy_header *header)
{
	/* A copy of its own, so that a sanitizer sees reading past it. */
	char *copy = malloc(n + 1);
	assert(copy);
	memcpy(copy, in.ptr, n);
	enum proxy_verdict verdict = proxy_header_parse((struct text){copy, n}, header);
	free(copy);
	return verdict;
}

/* However much has come: once the verdict is there, it is the same with more. */
static void
check_header(struct text in)
{
	struct proxy_header whole, part;
	enum proxy_verdict verdict = parse(in, in.len, &whole);
	for (size_t n = 0; n < in.len; n++) {
		enum proxy_verdict early = parse(in, n, &part);
		if (early == PROXY_INCOMPLETE)
			continue;
		assert(early == verdict);
		if (verdict == PROXY_COMPLETE)
			assert(part.bytes == whole.bytes && part.port == whole.port &&
				memcmp(part.address, whole.address, sizeof whole.address) == 0);
		break;
	}
	if (verdict == PROXY_COMPLETE)
		assert(whole.bytes <= in.len && whole.bytes <= PROXY_HEADER_BYTES);
	if (verdict == PROXY_INCOMPLETE)
		assert(in.len < PROXY_HEADER_BYTES);
	if (verdict == PROXY_COMPLETE && whole.local)
		assert(!whole.encrypted && !address_is_known(whole.address));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char proxies[] = "127.0.0.1 10.0.0.0/8 2001:db8::/33";
	struct text in = {(const char *)data, size};
	struct forwarded found;
	check_header(in);
	char *copy = malloc(size + 1);
	assert(copy);
	memcpy(copy, data, size);
	if (!forwarded_find((struct text){copy, size}, proxies, &found))
		assert(!address_is_known(found.address));
	copy[size] = '\0';
	if (networks_are_valid(copy))
		networks_include(copy, found.address);
	free(copy);
	return 0;
}
