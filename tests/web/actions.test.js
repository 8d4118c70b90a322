// What a person does, and that nothing they say is lost on the way.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, hear, linesOf, welcomed } from "./fixture.js";
import { page } from "./load.js";

const { perform } = await page("model/actions.js");
const { lost } = await page("model/packets.js");
const { current, nicksByUse, show, waitingIn } = await page("model/state.js");

const say = (state, text) => perform(state, { do: "say", text }, NOON);
const waiting = (state) => waitingIn(state, state.current).map(({ packet }) => packet.message);

test("what is said waits until its own copy comes back, and stands there once", () => {
	const state = welcomed();
	const [packet] = say(state, "hello").packets;
	assert.deepEqual(packet, { type: "chat", room: "main", message: "hello", ref: packet.ref });
	assert.deepEqual(waiting(state), ["hello"]);
	hear(state, { type: "chat", nick: "ann", room: "main", message: "hello", ref: packet.ref });
	assert.deepEqual(waiting(state), []);
	assert.deepEqual(linesOf(state, "room:main").slice(1), [["chat", "ann", "hello"]]);
});

test("another's message does not settle one's own", () => {
	const state = welcomed();
	say(state, "hello");
	hear(state, { type: "chat", nick: "bob", room: "main", message: "hello" });
	assert.deepEqual(waiting(state), ["hello"]);
});

test("what is refused is shown with the reason, and can be had back as it was typed", () => {
	const state = welcomed();
	const [packet] = perform(state, { do: "direct", to: "nobody", text: "hi" }, NOON).packets;
	hear(state, { type: "error", code: "no-such-nick", about: "direct", message: "There is nobody called nobody.", ref: packet.ref });
	const line = current(state).lines.at(-1);
	assert.deepEqual([line.kind, line.text, line.reason], ["failed", "/msg nobody hi", "There is nobody called nobody."]);
	assert.deepEqual(waiting(state), []);
});

test("what was refused can be tried again, once", () => {
	const state = welcomed();
	const [packet] = perform(state, { do: "direct", to: "bob", text: "hi" }, NOON).packets;
	hear(state, { type: "error", code: "too-slow", about: "direct", message: "no", ref: packet.ref });
	const { seq } = current(state).lines.at(-1);
	const again = perform(state, { do: "retry", seq }, NOON).packets;
	assert.deepEqual(again, [{ type: "direct", to: "bob", message: "hi", ref: again[0].ref }]);
	assert.notEqual(again[0].ref, packet.ref);
	assert.equal(current(state).lines.some(({ kind }) => kind === "failed"), false);
	assert.deepEqual(perform(state, { do: "retry", seq }, NOON).packets, []);
});

test("a slash that was said comes back as two", () => {
	const state = welcomed();
	const [packet] = say(state, "/who").packets;
	hear(state, { type: "error", code: "too-slow", about: "chat", message: "no", ref: packet.ref });
	assert.equal(current(state).lines.at(-1).text, "//who");
});

test("what is said without a connection is kept, and sent once, in order, after the rooms", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" });
	say(state, "in flight");
	lost(state, NOON);
	// The server may have heard it: a person says it again, or nobody does.
	const failed = current(state).lines.findLast(({ kind }) => kind === "failed");
	assert.deepEqual([failed.text, failed.packet], ["in flight", { type: "chat", room: "main", message: "in flight" }]);
	assert.deepEqual(say(state, "later").packets, []);
	assert.deepEqual(waiting(state), ["later"]);
	const again = hear(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	assert.deepEqual(again.map(({ type, room, message }) => [type, room, message]),
		[["join", "tea", undefined], ["chat", "main", "later"]]);
	for (const packet of again.slice(1))
		hear(state, { ...packet, nick: "ann" });
	assert.deepEqual(waiting(state), []);
	lost(state, NOON);
	assert.equal(hear(state, { type: "welcome", nick: "ann", room: "main", limits: {} }).length, 1, "only the join is left to send");
});

test("what is asked without a connection is refused, and stays in the field", () => {
	const state = welcomed();
	lost(state, NOON);
	const { packets, refused } = perform(state, { do: "command", line: "/who" }, NOON);
	assert.deepEqual(packets, []);
	assert.match(refused, /\/who/u);
	assert.equal(state.outbox.size, 0);
});

test("a question that the lost connection took with it is said to be unanswered", () => {
	const state = welcomed();
	perform(state, { do: "command", line: "/who" }, NOON);
	lost(state, NOON);
	assert.match(linesOf(state, "room:main").at(-1)[2], /“\/who” was not answered/u);
	assert.equal(state.outbox.size, 0);
});

test("too long a text is refused before it is sent, by bytes and by lines", () => {
	const state = welcomed();
	assert.match(say(state, "é".repeat(51)).refused, /2 bytes too long/u);
	assert.match(say(state, "a\nb\nc\nd").refused, /4 lines/u);
	assert.equal(say(state, "é".repeat(50)).refused, "");
});

test("in a talk, what is typed goes to the other alone", () => {
	const state = welcomed();
	perform(state, { do: "open", nick: "bob" }, NOON);
	assert.equal(current(state).name, "bob");
	const [packet] = say(state, "psst").packets;
	assert.deepEqual([packet.type, packet.to, packet.message], ["direct", "bob", "psst"]);
	const [emote] = perform(state, { do: "emote", text: "waves" }, NOON).packets;
	assert.deepEqual([emote.type, emote.to, emote.message], ["direct", "bob", "[ann waves]"]);
	assert.ok(perform(state, { do: "names" }, NOON).refused);
	perform(state, { do: "leave", room: "" }, NOON);
	assert.equal(current(state).name, "main");
});

test("nobody talks to themselves by a click", () => {
	const state = welcomed();
	perform(state, { do: "open", nick: "Ann" }, NOON);
	assert.equal(state.current, "room:main");
});

test("joining a room one is in shows it, and asks for nothing", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" });
	assert.deepEqual(perform(state, { do: "join", room: "TEA" }, NOON).packets, []);
	assert.equal(state.current, "room:tea");
});

test("acts concern the room in front, not the one that the server takes for it", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" });
	show(state, "room:main");
	assert.equal(perform(state, { do: "emote", text: "waits" }, NOON).packets[0].room, "main");
	assert.equal(perform(state, { do: "names" }, NOON).packets[0].room, "main");
	assert.equal(perform(state, { do: "topic", text: "tea" }, NOON).packets[0].room, "main");
});

test("quitting forgets everything but the name", () => {
	const state = welcomed();
	say(state, "bye");
	perform(state, { do: "quit" }, NOON);
	assert.deepEqual([state.phase, state.wanted.nick, state.conversations.size, state.outbox.size], ["asking", "ann", 0, 0]);
});

test("who spoke last is completed first", () => {
	const state = welcomed();
	hear(state, { type: "names", room: "main", nicks: ["ann", "bob", "cat", "dan"], first: true },
		{ type: "chat", nick: "cat", room: "main", message: "1" }, { type: "chat", nick: "ann", room: "main", message: "2" });
	assert.deepEqual(nicksByUse(state), ["cat", "bob", "dan"]);
});
