// The requests that the server has not answered yet, by ref. Messages typed while there is no
// connection are kept here until there is one. A message that was sent on a connection that is lost
// may have been delivered or not: it is returned, so that the user decides, and never sent again
// unasked. Other requests are dropped with their connection.

/** Adds a packet under a new ref; returns the packet to send. key: that of the conversation it was typed in. */
export function track(state, packet, more = {}) {
	const ref = String(++state.lastRef);
	const request = { ref, packet: { ...packet, ref }, key: state.current, isMessage: false, quiet: false, ...more };
	state.outbox.set(ref, request);
	return request.packet;
}

/** Removes and returns the request with this ref; undefined if there is none. */
export function settle(state, ref) {
	const request = state.outbox.get(ref);
	state.outbox.delete(ref);
	return request;
}

/** Removes and returns the messages that were sent on the lost connection. */
export function takeUnconfirmed(state) {
	return take(state, ({ isMessage, sent }) => isMessage && sent);
}

/** Removes and returns the requests that will not be answered any more. */
export function takeUnanswered(state) {
	return take(state, ({ isMessage }) => !isMessage);
}

/** The packets of all messages, to be sent now. */
export function markMessagesSent(state) {
	for (const request of state.outbox.values())
		request.sent = request.isMessage;
	return messagePackets(state);
}

export function messagePackets(state) {
	return [...state.outbox.values()].filter(({ isMessage }) => isMessage).map(({ packet }) => packet);
}

function take(state, matches) {
	const taken = [...state.outbox.values()].filter(matches);
	for (const { ref } of taken)
		state.outbox.delete(ref);
	return taken;
}
