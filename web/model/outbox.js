// What was asked of the server and is not answered yet, each under its ref.
// What is said without a connection waits here until there is one. What was sent, and whose
// copy was lost with its connection, may have been heard or not: it is handed back, for a
// person to decide, and never said twice. What is asked does not outlive its connection.

/** Keeps a packet under a new ref; where: the key of the conversation it was typed in. */
export function keep(state, packet, more = {}) {
	const ref = String(++state.lastRef);
	const sent = { ref, packet: { ...packet, ref }, where: state.current, said: false, quiet: false, ...more };
	state.outbox.set(ref, sent);
	return sent.packet;
}

/** Takes out what this ref stands for; undefined if nothing. */
export function settle(state, ref) {
	const sent = state.outbox.get(ref);
	state.outbox.delete(ref);
	return sent;
}

/** Takes out, and gives, what was sent on the connection that is lost. */
export function dropSent(state) {
	const dropped = [...state.outbox.values()].filter((sent) => sent.said && sent.sent);
	for (const { ref } of dropped)
		state.outbox.delete(ref);
	return dropped;
}

/** What waits to be sent, which it is now. */
export function sendSaid(state) {
	for (const sent of state.outbox.values())
		sent.sent = sent.said;
	return saidPackets(state);
}

export function saidPackets(state) {
	return [...state.outbox.values()].filter((sent) => sent.said).map((sent) => sent.packet);
}

/** Takes out, and gives, what was asked and will not be answered any more. */
export function dropAsked(state) {
	const dropped = [...state.outbox.values()].filter((sent) => !sent.said);
	for (const { ref } of dropped)
		state.outbox.delete(ref);
	return dropped;
}
