// What was asked of the server and is not answered yet, each under its ref.
// What is said waits here until its own copy comes back, across lost connections too:
// better the rare message twice (it arrived, and the copy was lost with the connection)
// than one that silently never arrived. What is asked does not outlive its connection.

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
