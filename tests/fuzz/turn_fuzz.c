/* Turns of the log: reading stays within the bytes, and what can be read is written the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "bus/turn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	assert(copy);
	memcpy(copy, data, size);
	struct turn turn;
	struct record record;
	if (turn_read((struct text){copy, size}, &turn) == TURN_OK) {
		struct strbuf again = {0};
		turn_write_head(&again, &turn);
		while (turn_next(&turn, &record))
			turn_write_record(&again, &record);
		assert(text_is(strbuf_view(&again), (struct text){copy, size}));
		strbuf_clear(&again);
	}
	free(copy);
	return 0;
}
