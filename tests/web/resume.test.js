// What survives a reload, and what becomes of it when storage holds something else.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { giveUpName, hello } = await load("model/login.js");
const { disconnected } = await load("model/packets.js");
const { describeDirects, describeSession, restoreDirects, resumeSession } = await load("model/resume.js");
const { createState, current, find, inOrder, isInApp, pendingIn, takeUnseen } = await load("model/state.js");

function described() {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	perform(state, { do: "openDm", nick: "bob" }, NOON);
	return JSON.parse(JSON.stringify(describeSession(state)));
}

function resumed(left = NOON, room = "") {
	const state = createState();
	assert.equal(resumeSession(state, described(), left, room), true);
	return state;
}

const refusal = { type: "error", about: "hello", code: "nick-taken", message: "Taken." };

test("nobody is described who is not logged in", () => {
	assert.equal(describeSession(createState()), null);
});

test("the same conversations come back, and the same one is shown", () => {
	const state = resumed();
	assert.deepEqual(inOrder(state).map(({ key, joined }) => [key, joined]), [["room:main", false], ["room:tea", false], ["dm:bob", true]]);
	assert.equal(current(state).key, "dm:bob");
	assert.ok(isInApp(state));
	assert.deepEqual(hello(state), { type: "hello", nick: "ann", version: 2, room: "main" });
	const packets = receiveAll(state, { type: "welcome", server: "Teahouse", nick: "ann", room: "main", version: 2 });
	assert.deepEqual(packets.filter(({ type }) => type === "join").map(({ room }) => room), ["tea"]);
	receiveAll(state, { type: "join", nick: "ann", room: "main" });
	assert.equal(current(state).key, "dm:bob");
	assert.deepEqual(state.conversations.get("room:main").lines, [], "nothing is said about it");
});

test("another room in the address is entered, and shown", () => {
	const state = resumed(NOON, "garden");
	assert.deepEqual(inOrder(state).map(({ name }) => name), ["main", "tea", "garden", "bob"]);
	assert.equal(current(state).key, "dm:bob", "the address does not name conversations");
	const stored = { ...described(), current: "room:tea" };
	const other = createState();
	resumeSession(other, stored, NOON, "garden");
	assert.equal(current(other).key, "room:garden");
});

test("after a reload the name is waited for; a copy of a tab is told that it is in use", () => {
	const state = resumed(NOON);
	receiveAll(state, refusal);
	assert.equal(state.retryHello, true);
	const copy = resumed(0);
	receiveAll(copy, refusal);
	assert.equal(copy.retryHello, false);
	assert.equal(isInApp(copy), true, "until the copies of this tab have been asked");
	giveUpName(copy);
	assert.equal(isInApp(copy), false);
	assert.match(copy.problem, /already in use, perhaps by you in another tab/u);
	assert.equal(copy.suggestion, "ann2");
});

test("messages under way are so after a reload, too: those that were delivered are not sent again", () => {
	const state = welcomed();
	state.secret = "s1";
	for (const text of ["one", "two"])
		perform(state, { do: "say", text }, NOON);
	disconnected(state, NOON);
	perform(state, { do: "say", text: "three" }, NOON);
	const session = JSON.parse(JSON.stringify(describeSession(state)));
	const again = createState();
	resumeSession(again, session, NOON, "");
	assert.deepEqual(pendingIn(again, "room:main").map(({ packet }) => packet.message), ["one", "two", "three"]);
	const [ping] = receiveAll(again, { type: "welcome", nick: "ann", room: "main", resumed: true, resume: "s2", limits: {} });
	receiveAll(again, { type: "names", room: "main", nicks: ["ann"], first: true, snapshot: true },
		{ type: "chat", room: "main", nick: "ann", message: "one", id: 5, past: true });
	const sent = receiveAll(again, { type: "pong", ref: ping.ref }).filter(({ type }) => type === "chat");
	assert.deepEqual(sent.map(({ message }) => message), ["two", "three"]);
	for (const outbox of [5, [null], [{ packet: {} }], [{ packet: { type: "chat", room: "main", message: 5 }, typed: "", at: 1 }], [{ packet: { type: "logout", message: "" }, typed: "", at: 1 }]]) {
		const other = createState();
		resumeSession(other, { ...session, outbox }, NOON, "");
		assert.equal(other.outbox.size, 0);
	}
});

test("direct messages, which the server does not keep, are there again, and are not unread anew", () => {
	const state = welcomed();
	receiveAll(state, { type: "direct", nick: "bob", to: "ann", message: "psst", id: 5 }, { type: "direct", nick: "ann", to: "bob", message: "yes?", id: 6 });
	const [session, directs] = JSON.parse(JSON.stringify([describeSession(state), describeDirects(state)]));
	const again = createState();
	resumeSession(again, session, NOON, "");
	restoreDirects(again, directs);
	const bob = find(again, "dm", "bob");
	assert.deepEqual(bob.lines.map(({ nick, text, own, id }) => [nick, text, own, id]), [["bob", "psst", false, 5], ["ann", "yes?", true, 6]]);
	assert.deepEqual([bob.unread, bob.mentions, takeUnseen(again)], [1, 1, []]);
	for (const broken of [null, "x", [null], [{ name: "bob" }], [{ name: "bob", lines: [null] }], [{ name: "bob", lines: [{ nick: "bob", to: "ann", text: 5, time: 1, own: false }] }], [{ name: "cat", lines: [] }]])
		restoreDirects(again, broken);
	assert.equal(bob.lines.length, 2);
});

test("what is no description restores nothing", () => {
	const room = { kind: "room", name: "main" };
	for (const stored of [null, undefined, 1, "x", [], {}, { nick: "ann" }, { nick: "ann", conversations: {} },
		{ nick: "ann", conversations: [] }, { nick: "", conversations: [room] }, { nick: 5, conversations: [room] },
		{ nick: "ann", conversations: [null] }, { nick: "ann", conversations: [{ kind: "dm", name: "bob" }] },
		{ nick: "ann", conversations: [{ kind: "__proto__", name: "x" }, room] }, { nick: "ann", conversations: Array(1000).fill(room) },
		{ nick: "ann", conversations: [{ kind: "room", name: "x".repeat(1000) }] }]) {
		const state = createState();
		assert.equal(resumeSession(state, stored, NOON, ""), false, JSON.stringify(stored));
		assert.equal(state.phase, "login");
	}
	const state = createState();
	assert.equal(resumeSession(state, { nick: "ann", conversations: [room], current: "room:gone" }, NOON, ""), true);
	assert.equal(current(state).key, "room:main");
});
