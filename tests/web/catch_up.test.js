// Coming back: what a resumed session was told meanwhile, what becomes of messages under way, and what
// is left to do if the session cannot be resumed.

import assert from "node:assert/strict";
import test from "node:test";
import { linesOf, NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { giveUpName, hello } = await load("model/login.js");
const { disconnected, goneElsewhere } = await load("model/packets.js");
const { messagePackets } = await load("model/outbox.js");
const { current, find, inOrder, show, takeUnseen } = await load("model/state.js");

const say = (state, text) => perform(state, { do: "say", text }, NOON).packets[0];
const chat = (id, nick, message, more = {}) => ({ type: "chat", room: "main", nick, message, id, time: NOON, ...more });
const past = (packet) => ({ ...packet, past: true });
const names = (room, nicks, more) => ({ type: "names", room, nicks, users: nicks.length, first: true, snapshot: true, ...more });
const resumed = { type: "welcome", nick: "ann", room: "main", resumed: true, resume: "s2", limits: {} };

/** ann with a secret, in main and tea, up to event 10. */
function withSecret() {
	const state = welcomed();
	state.secret = "s1";
	receiveAll(state, { type: "join", nick: "ann", room: "tea", id: 9 }, names("tea", ["ann", "bob"]), chat(10, "bob", "before"));
	return state;
}

/** The connection is lost, and the session resumed; returns the pong that ends the past. */
function comeBack(state, packets = [names("main", ["ann", "bob"]), names("tea", ["ann", "bob"])]) {
	disconnected(state, NOON);
	hello(state);
	const [ping] = receiveAll(state, resumed);
	assert.equal(ping.type, "ping");
	receiveAll(state, ...packets);
	return { type: "pong", ref: ping.ref };
}

test("a lost session is resumed after the highest id, with the latest secret", () => {
	const state = withSecret();
	disconnected(state, NOON);
	assert.deepEqual(hello(state), { type: "hello", version: 2, resume: "s1", after: 10 });
	receiveAll(state, resumed);
	disconnected(state, NOON);
	assert.deepEqual(hello(state), { type: "hello", version: 2, resume: "s2", after: 10 });
});

test("what was missed is drawn in order, as if it came now, and nothing else is said", () => {
	const state = withSecret();
	const pong = comeBack(state, [
		names("main", ["ann", "rob", "cat"]), names("tea", ["ann", "rob"]),
		past(chat(11, "bob", "one")), past({ type: "join", room: "main", nick: "cat", id: 12, time: NOON }),
		past({ type: "nick", nick: "bob", new: "rob", id: 13, time: NOON }), past(chat(14, "rob", "two")),
		past({ type: "direct", nick: "rob", to: "ann", message: "psst", id: 15, time: NOON }),
		chat(16, "cat", "live")]);
	receiveAll(state, pong);
	assert.deepEqual(linesOf(state, "room:main").slice(1), [
		["chat", "bob", "before"], ["chat", "bob", "one"], ["presence", undefined, undefined], ["chat", "rob", "two"], ["chat", "cat", "live"]]);
	assert.deepEqual([...find(state, "room", "main").people.values()], ["ann", "rob", "cat"]);
	assert.deepEqual(linesOf(state, "dm:rob"), [["direct", "rob", "psst"]]);
	assert.deepEqual(linesOf(state, "room:tea").map(([kind]) => kind), ["presence", "renamed"]);
	assert.equal(state.current, "room:main");
	assert.equal(state.lastId, 16);
});

test("a person who joins between the list of people and the pong stays on the list", () => {
	const state = withSecret();
	const pong = comeBack(state, [names("main", ["ann", "bob"]), names("tea", ["ann"]), past(chat(11, "bob", "one")),
		{ type: "join", room: "main", nick: "cat", id: 12, time: NOON }]);
	receiveAll(state, pong);
	assert.deepEqual([...find(state, "room", "main").people.values()], ["ann", "bob", "cat"]);
	assert.deepEqual([...find(state, "room", "tea").people.values()], ["ann"]);
});

test("the rooms are those that the server names; their topics as they are now", () => {
	const state = withSecret();
	receiveAll(state, { type: "topic", room: "main", topic: "old", nick: "bob", id: 11 });
	const pong = comeBack(state, [names("main", ["ann"]), { type: "topic", room: "den", topic: "new", nick: "bob", snapshot: true }, names("den", ["ann"])]);
	receiveAll(state, pong);
	assert.deepEqual(inOrder(state).map(({ name, topic, joined }) => [name, topic, joined]), [["main", "", true], ["den", "new", true]]);
	assert.equal(state.left, null, "nothing to undo");
});

test("the user's own change of name is applied where it happened", () => {
	const state = withSecret();
	say(state, "as ann");
	disconnected(state, NOON);
	const [ping] = receiveAll(state, { ...resumed, nick: "anna" });
	receiveAll(state, names("main", ["anna", "bob"]), names("tea", ["anna"]), past(chat(11, "ann", "as ann")),
		past({ type: "nick", nick: "ann", new: "anna", id: 12, time: NOON }), past(chat(13, "anna", "as anna")));
	const sent = receiveAll(state, { type: "pong", ref: ping.ref });
	assert.deepEqual(sent, [], "its message was delivered");
	assert.equal(state.nick, "anna");
	assert.deepEqual(find(state, "room", "main").lines.slice(-3).map(({ own }) => own), [true, true, true]);
});

test("messages under way are sent once: those that were delivered are among what was missed", () => {
	const state = withSecret();
	say(state, "ok");
	say(state, " ok\u0007");
	say(state, "third");
	disconnected(state, NOON);
	assert.deepEqual(perform(state, { do: "say", text: "fourth" }, NOON).packets, []);
	const [ping] = receiveAll(state, resumed);
	assert.deepEqual(perform(state, { do: "say", text: "fifth" }, NOON).packets, [], "it must not overtake the others");
	receiveAll(state, names("main", ["ann"]), names("tea", ["ann"]), past(chat(11, "bob", "third")), past(chat(12, "ann", "ok")), past(chat(13, "ann", "ok")));
	const sent = receiveAll(state, { type: "pong", ref: ping.ref });
	assert.deepEqual(sent.map(({ message }) => message), ["third", "fourth", "fifth"]);
	receiveAll(state, ...sent.map((packet, i) => chat(20 + i, "ann", packet.message, { ref: packet.ref })));
	assert.deepEqual(messagePackets(state), []);
	assert.ok(say(state, "sixth"), "from now on at once");
});

test("another pong ends nothing", () => {
	const state = withSecret();
	assert.deepEqual(receiveAll(state, { type: "pong" }), []);
	const pong = comeBack(state);
	assert.deepEqual(receiveAll(state, { type: "pong" }), []);
	assert.notEqual(state.catchUp, null);
	receiveAll(state, pong);
	assert.equal(state.catchUp, null);
});

test("if the connection is lost again meanwhile, it goes on from there", () => {
	const state = withSecret();
	say(state, "one");
	say(state, "two");
	disconnected(state, NOON);
	receiveAll(state, resumed, names("main", ["ann"]), past(chat(11, "ann", "one")));
	disconnected(state, NOON);
	assert.deepEqual(hello(state), { type: "hello", version: 2, resume: "s2", after: 11 });
	const [ping] = receiveAll(state, { ...resumed, resume: "s3" });
	receiveAll(state, names("main", ["ann"]), names("tea", ["ann"]));
	assert.deepEqual(receiveAll(state, { type: "pong", ref: ping.ref }).map(({ message }) => message), ["two"]);
});

test("where there is a gap, the history says which messages were delivered", () => {
	const state = withSecret();
	say(state, "one");
	say(state, "two");
	const pong = comeBack(state, [names("main", ["ann"], { gap: true }), names("tea", ["ann"]), past(chat(500, "bob", "latest"))]);
	const [check, ...rest] = receiveAll(state, pong);
	assert.deepEqual([check.type, check.room, check.after, rest], ["history", "main", 10, []]);
	const [next] = receiveAll(state, { type: "history", room: "main", events: [chat(11, "bob", "x")], first: 11, last: 11, more: true, ref: check.ref });
	assert.equal(next.after, 11);
	const sent = receiveAll(state, { type: "history", room: "main", events: [chat(12, "ann", "one")], first: 12, last: 12, more: false, ref: next.ref });
	assert.deepEqual(sent.map(({ message }) => message), ["two"]);
});

test("after a restart of the server the page logs in, and the history says which messages were delivered", () => {
	const state = withSecret();
	say(state, "one");
	say(state, "two");
	perform(state, { do: "direct", to: "bob", text: "psst" }, NOON);
	disconnected(state, NOON);
	perform(state, { do: "say", text: "three" }, NOON);
	assert.equal(hello(state).resume, "s1");
	const [plain] = receiveAll(state, { type: "error", code: "resume-failed", about: "hello", message: "?" });
	assert.deepEqual(plain, { type: "hello", nick: "ann", version: 2, room: "main" });
	const packets = receiveAll(state, { type: "welcome", nick: "ann", room: "main", resume: "s9", limits: {} });
	const check = packets.find(({ type }) => type === "history");
	assert.deepEqual([packets[0].type, packets[0].room, check.after], ["join", "tea", 10], "a room has to be joined before it is asked for");
	assert.ok(!packets.some(({ type }) => type === "chat"));
	receiveAll(state, { type: "join", nick: "ann", room: "main", id: 30 });
	const sent = receiveAll(state, { type: "history", room: "main", events: [chat(11, "ann", "one")], first: 11, last: 11, more: false, ref: check.ref });
	assert.deepEqual(sent.map(({ message }) => message), ["two", "three"]);
	assert.deepEqual(linesOf(state, "room:main").filter(([kind]) => kind === "failed").map(([, , text]) => text), ["/msg bob psst"], "no history has it");
	assert.equal(linesOf(state, "room:main").some(([kind]) => kind === "notice"), false);
});

test("if nothing can say whether a message was delivered, the user decides", () => {
	for (const answer of [{ type: "error", code: "history-unreadable", about: "history", message: "?" }, null]) {
		const state = withSecret();
		say(state, "one");
		disconnected(state, NOON);
		hello(state);
		receiveAll(state, { type: "error", code: "resume-failed", about: "hello", message: "?" });
		const check = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} }).find(({ type }) => type === "history");
		// A server that has forgotten everything counts its events anew.
		receiveAll(state, { type: "join", nick: "ann", room: "main", id: answer ? 30 : 2 });
		const sent = receiveAll(state, answer ? { ...answer, ref: check.ref } : { type: "history", room: "main", events: [], more: false, ref: check.ref });
		assert.deepEqual(sent, []);
		const failed = find(state, "room", "main").lines.at(-1);
		assert.deepEqual([failed.kind, failed.text, failed.packet], ["failed", "one", { type: "chat", room: "main", message: "one" }]);
		if (!answer)
			assert.deepEqual(find(state, "room", "main").lines.filter(({ id }) => id !== undefined), []);
	}
});

test("a server that counts anew is told once what was typed without a connection", () => {
	const state = withSecret();
	disconnected(state, NOON);
	perform(state, { do: "say", text: "later" }, NOON);
	const [, packet] = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	assert.equal(packet.message, "later");
	receiveAll(state, { type: "join", nick: "ann", room: "main", id: 2 });
	assert.deepEqual(messagePackets(state), [packet]);
	receiveAll(state, { ...chat(3, "ann", "later"), ref: packet.ref });
	assert.deepEqual(linesOf(state, "room:main").slice(2), [["chat", "ann", "later"]]);
});

test("a name that was taken meanwhile is asked for, unless a copy of this tab has it", () => {
	const state = withSecret();
	disconnected(state, NOON);
	hello(state);
	receiveAll(state, { type: "error", code: "resume-failed", about: "hello", message: "?" }, { type: "error", code: "nick-taken", about: "hello", message: "?" });
	assert.deepEqual([state.phase, state.retryHello, state.taken.code], ["in", false, "nick-taken"], "no ghost of this tab can have it");
	giveUpName(state);
	assert.deepEqual([state.phase, state.problem, state.suggestion], ["login", "The name “ann” is already in use.", "ann2"]);
});

test("a login whose answer was lost is repeated until the server has noticed", () => {
	const state = withSecret();
	disconnected(state, NOON);
	hello(state);
	receiveAll(state, { type: "error", code: "resume-failed", about: "hello", message: "?" });
	disconnected(state, NOON);
	hello(state);
	receiveAll(state, { type: "error", code: "nick-taken", about: "hello", message: "?" });
	assert.deepEqual([state.phase, state.retryHello, state.taken], ["in", true, null]);
});

test("a session that goes on in another tab leaves this one as it is", () => {
	const state = withSecret();
	receiveAll(state, { type: "error", code: "resumed-elsewhere", message: "?" });
	assert.deepEqual([state.elsewhere, state.online, state.phase], [true, false, "in"]);
	assert.equal(linesOf(state, "room:main").at(-1)[2], "before");
	goneElsewhere(state, NOON);
	receiveAll(state, resumed);
	assert.deepEqual([state.elsewhere, state.online], [false, true]);
});

test("what was missed is unread elsewhere than in view", () => {
	const state = withSecret();
	show(state, "room:tea");
	takeUnseen(state);
	const pong = comeBack(state, [names("main", ["ann", "bob"]), names("tea", ["ann", "bob"]), past(chat(11, "bob", "ann?"))]);
	receiveAll(state, pong);
	assert.deepEqual([find(state, "room", "main").unread, find(state, "room", "main").mentions], [1, 1]);
	assert.equal(takeUnseen(state).length, 1);
	assert.equal(current(state).name, "tea");
});

test("what the server cannot store is given back", () => {
	const state = withSecret();
	const packet = say(state, "hello");
	receiveAll(state, { type: "error", code: "store-failed", about: "chat", message: "?", ref: packet.ref });
	const { key, text, reason, failed } = state.returned;
	assert.deepEqual([key, text, reason, failed.kind], ["room:main", "hello", "Nothing can be said just now: the server cannot store it.", "failed"]);
	assert.deepEqual(messagePackets(state), []);
});
