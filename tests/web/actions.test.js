// What the user's actions make of the state, and that no message is lost.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, linesOf, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { disconnected } = await load("model/packets.js");
const { current, nicksByRecency, show, pendingIn } = await load("model/state.js");

const say = (state, text) => perform(state, { do: "say", text }, NOON);
const waiting = (state) => pendingIn(state, state.current).map(({ packet }) => packet.message);

test("a message is pending until the server returns it, and is then shown once", () => {
	const state = welcomed();
	const [packet] = say(state, "hello").packets;
	assert.deepEqual(packet, { type: "chat", room: "main", message: "hello", ref: packet.ref });
	assert.deepEqual(waiting(state), ["hello"]);
	receiveAll(state, { type: "chat", nick: "ann", room: "main", message: "hello", ref: packet.ref });
	assert.deepEqual(waiting(state), []);
	assert.deepEqual(linesOf(state, "room:main").slice(1), [["chat", "ann", "hello"]]);
});

test("the same message from another user does not confirm the own one", () => {
	const state = welcomed();
	say(state, "hello");
	receiveAll(state, { type: "chat", nick: "bob", room: "main", message: "hello" });
	assert.deepEqual(waiting(state), ["hello"]);
});

test("a refused message is shown with the reason, as it was typed", () => {
	const state = welcomed();
	const [packet] = perform(state, { do: "direct", to: "nobody", text: "hi" }, NOON).packets;
	receiveAll(state, { type: "error", code: "no-such-nick", about: "direct", message: "There is nobody called nobody.", ref: packet.ref });
	const line = current(state).lines.at(-1);
	assert.deepEqual([line.kind, line.text, line.reason], ["failed", "/msg nobody hi", "Not sent: Nobody called “nobody” is online."]);
	assert.deepEqual(waiting(state), []);
});

test("a refused message can be sent again, once", () => {
	const state = welcomed();
	const [packet] = perform(state, { do: "direct", to: "bob", text: "hi" }, NOON).packets;
	receiveAll(state, { type: "error", code: "too-slow", about: "direct", message: "no", ref: packet.ref });
	const { seq } = current(state).lines.at(-1);
	const again = perform(state, { do: "retry", seq }, NOON).packets;
	assert.deepEqual(again, [{ type: "direct", to: "bob", message: "hi", ref: again[0].ref }]);
	assert.notEqual(again[0].ref, packet.ref);
	assert.equal(current(state).lines.some(({ kind }) => kind === "failed"), false);
	assert.deepEqual(perform(state, { do: "retry", seq }, NOON).packets, []);
});

test("a message that begins with a slash is shown with two, as it has to be typed", () => {
	const state = welcomed();
	const [packet] = say(state, "/who").packets;
	receiveAll(state, { type: "error", code: "too-slow", about: "chat", message: "no", ref: packet.ref });
	assert.equal(current(state).lines.at(-1).text, "//who");
});

test("messages typed without a connection are sent once, in order, after the rooms are joined", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	disconnected(state, NOON);
	assert.deepEqual(say(state, "later").packets, []);
	assert.deepEqual(waiting(state), ["later"]);
	const again = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	assert.deepEqual(again.map(({ type, room, message }) => [type, room, message]),
		[["join", "tea", undefined], ["chat", "main", "later"]]);
	for (const packet of again.slice(1))
		receiveAll(state, { ...packet, nick: "ann" });
	assert.deepEqual(waiting(state), []);
	disconnected(state, NOON);
	assert.equal(receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} }).length, 1, "only the join is left to send");
});

test("a request without a connection is refused", () => {
	const state = welcomed();
	disconnected(state, NOON);
	const { packets, refused } = perform(state, { do: "command", line: "/who" }, NOON);
	assert.deepEqual(packets, []);
	assert.match(refused, /\/who/u);
	assert.equal(state.outbox.size, 0);
});

test("the user is told that a request was not answered because the connection was lost", () => {
	const state = welcomed();
	perform(state, { do: "command", line: "/who" }, NOON);
	disconnected(state, NOON);
	assert.match(linesOf(state, "room:main").at(-1)[2], /^Connection lost. “\/who” was not answered/u);
	assert.equal(state.outbox.size, 0);
});

test("a text with too many bytes or lines is refused before it is sent", () => {
	const state = welcomed();
	assert.match(say(state, "é".repeat(51)).refused, /^Too long by 2 bytes \(limit 100\)/u);
	assert.match(say(state, "a\nb\nc\nd").refused, /^Too many lines: 4 \(limit 3\)/u);
	assert.equal(say(state, "é".repeat(50)).refused, "");
});

test("in direct messages, what is typed is sent to the other person only", () => {
	const state = welcomed();
	perform(state, { do: "openDm", nick: "bob" }, NOON);
	assert.equal(current(state).name, "bob");
	const [packet] = say(state, "psst").packets;
	assert.deepEqual([packet.type, packet.to, packet.message], ["direct", "bob", "psst"]);
	const [emote] = perform(state, { do: "emote", text: "waves" }, NOON).packets;
	assert.deepEqual([emote.type, emote.to, emote.message], ["direct", "bob", "[ann waves]"]);
	assert.ok(perform(state, { do: "names" }, NOON).refused);
	perform(state, { do: "leave", room: "" }, NOON);
	assert.equal(current(state).name, "main");
});

test("a click on the own nick opens nothing", () => {
	const state = welcomed();
	perform(state, { do: "openDm", nick: "Ann" }, NOON);
	assert.equal(state.current, "room:main");
});

test("joining a room that is joined already shows it, without a request", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	assert.deepEqual(perform(state, { do: "join", room: "TEA" }, NOON).packets, []);
	assert.equal(state.current, "room:tea");
});

test("actions name the room that is shown, which is not always the server's current one", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	show(state, "room:main");
	assert.equal(perform(state, { do: "emote", text: "waits" }, NOON).packets[0].room, "main");
	assert.equal(perform(state, { do: "names" }, NOON).packets[0].room, "main");
	assert.equal(perform(state, { do: "topic", text: "tea" }, NOON).packets[0].room, "main");
});

test("logging out forgets everything but the nick", () => {
	const state = welcomed();
	say(state, "bye");
	perform(state, { do: "quit" }, NOON);
	assert.deepEqual([state.phase, state.wanted.nick, state.conversations.size, state.outbox.size], ["login", "ann", 0, 0]);
});

test("nicks are completed in the order of who spoke last", () => {
	const state = welcomed();
	receiveAll(state, { type: "names", room: "main", nicks: ["ann", "bob", "cat", "dan"], first: true },
		{ type: "chat", nick: "cat", room: "main", message: "1" }, { type: "chat", nick: "ann", room: "main", message: "2" });
	assert.deepEqual(nicksByRecency(state), ["cat", "bob", "dan"]);
});
