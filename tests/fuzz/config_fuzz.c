/* Settings: any file is either accepted or has its mistakes reported. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "teahouse/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/teahouse-fuzz-XXXXXX";
	int fd = mkstemp(path);
	assert(fd >= 0);
	assert(write(fd, data, size) == (ssize_t)size);
	close(fd);
	struct strbuf wrong = {0};
	struct config *config = config_read(path, -1, &wrong);
	assert((config == NULL) == (wrong.len > 0));
	if (config)
		config_free(config);
	strbuf_clear(&wrong);
	unlink(path);
	return 0;
}
