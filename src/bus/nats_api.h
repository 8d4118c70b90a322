/*
 * JetStream's requests and answers (JSON), and where a message stands in its stream: pure. Does not
 * know how they are sent.
 */
#ifndef BUS_NATS_API_H
#define BUS_NATS_API_H

#include "teahouse/strbuf.h"

enum {
	API_WORDS_BYTES = 200,
	API_NAME_BYTES = 64, /* of a consumer; of a date */
};

/* err_code of an answer. */
enum {
	API_OK = 0,
	API_NO_PEERS = 10005, /* fewer servers are running than are to have a copy */
	API_NO_STREAM = 10059,
	API_OTHER_CONFIG = 10058,  /* there is such a stream, but another */
	API_NOT_CLUSTERED = 10074, /* the server is alone: it can keep no second copy */
	API_UNREADABLE = -1,       /* no answer that is understood */
};

/* What the stream of the log is to be. */
struct api_stream {
	const char *name;     /* of the stream */
	const char *subjects; /* with a wildcard */
	unsigned replicas;
	int64_t max_bytes;
};

struct api_stream_state {
	uint64_t first, last; /* positions; last < first: it is empty. 0, 0: it always was */
	char created[API_NAME_BYTES]; /* when, as JetStream writes it; another stream has another */
	bool clustered;
	char differs[API_WORDS_BYTES]; /* what is not as it was to be; empty: nothing */
	bool unusable;                 /* .. so that it cannot be the log */
};

/* JSON, appended. */
void api_write_stream(struct strbuf *out, const struct api_stream *stream);
void api_write_consumer(struct strbuf *out, const char *stream, const char *deliver, uint64_t from);

struct api_answer {
	int code;                      /* API_OK or another */
	char words[API_WORDS_BYTES];   /* JetStream's for the error */
	char name[API_NAME_BYTES];     /* of the consumer that was created */
	struct api_stream_state state; /* of the stream that was asked for or created */
};

/* Never fails. wanted: what the answer's stream is compared with; NULL: it is about no stream. */
struct api_answer api_read(struct text bytes, const struct api_stream *wanted);

struct api_position {
	uint64_t stream;   /* of the message in the stream */
	uint64_t consumer; /* how many the consumer has delivered, with this */
	uint64_t pending;  /* how many it has still to deliver */
};

/* From the reply subject of a message that a consumer delivered. False: it is none. */
bool api_position(const char *reply, struct api_position *position);

#endif
