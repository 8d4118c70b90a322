// The requests that the server has not answered yet, by ref. Messages typed while there is no
// connection are kept here until there is one. A message that was sent on a connection that is lost
// may have been delivered or not: it is unconfirmed until that is known (see catch_up.js). Other
// requests are dropped with their connection.

import { sameName } from "../lib/names.js";

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

/** The messages that were sent; after a lost connection, those that may not have been delivered. */
export function unconfirmed(state) {
	return [...state.outbox.values()].filter(({ isMessage, sent }) => isMessage && sent);
}

/** Whether messages have to wait: it is not known yet what became of those before them. */
export function holdsMessages(state) {
	return state.catchUp !== null || [...state.outbox.values()].some(({ isCheck }) => isCheck);
}

/** Whether the event may be what the server has made of the packet: it removes what cannot be shown. */
export function isSame(packet, { type, room, to, message }) {
	return packet.type === type && (type === "direct" ? sameName(packet.to, to) : sameName(packet.room, room))
		&& shown(packet.message) === shown(message);
}

function shown(text) {
	return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
}

export function failedLine({ typed, packet: { ref, ...packet } }, reason, time) {
	return { kind: "failed", time, text: typed, packet, reason };
}

/** Removes and returns the requests that will not be answered any more. */
export function takeUnanswered(state) {
	const taken = [...state.outbox.values()].filter(({ isMessage }) => !isMessage);
	for (const { ref } of taken)
		state.outbox.delete(ref);
	return taken;
}

/** The packets of all messages, to be sent now. */
export function markMessagesSent(state) {
	for (const request of state.outbox.values())
		Object.assign(request, { sent: request.isMessage, after: state.lastId });
	return messagePackets(state);
}

export function messagePackets(state) {
	return [...state.outbox.values()].filter(({ isMessage }) => isMessage).map(({ packet }) => packet);
}
