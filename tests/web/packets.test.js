// What the server's packets make of the state.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, hear, linesOf, welcomed } from "./fixture.js";
import { page } from "./load.js";

const { enter, perform } = await page("model/actions.js");
const { hello, lost, receive } = await page("model/packets.js");
const { KEPT_LINES, createState, current, find, show, takeCalls, titleOf, totals, watch } = await page("model/state.js");

const chat = (nick, message, room = "main") => ({ type: "chat", nick, message, room });

test("welcome, join and names make a room, and put it in front", () => {
	const state = welcomed();
	assert.equal(state.phase, "in");
	assert.equal(state.limits.message, 100);
	assert.equal(current(state).name, "main");
	assert.deepEqual([...current(state).people.values()], ["ann", "bob"]);
});

test("a refused name says why, and the next one is asked for", () => {
	const state = createState();
	enter(state, "bob", "tea");
	assert.deepEqual(hello(state), { type: "hello", nick: "bob", version: 2, room: "tea" });
	hear(state, { type: "error", code: "nick-taken", about: "hello", message: "The name \"bob\" is taken." });
	assert.equal(state.phase, "asking");
	assert.deepEqual([state.problem, state.suggestion], ["“bob” is taken just now.", "bob2"]);
	enter(state, "bob2", "tea");
	hear(state, { type: "error", code: "nick-taken", about: "hello", message: "The name \"bob2\" looks too much like one that is taken." });
	assert.deepEqual([state.problem, state.suggestion], ["“bob2” looks too much like a name that is taken.", "bob3"]);
	enter(state, "x".repeat(32), "tea");
	hear(state, { type: "error", code: "nick-taken", about: "hello", message: "taken" });
	assert.equal(state.suggestion, `${"x".repeat(31)}2`, "no longer than a name may be");
	enter(state, "b b", "tea");
	hear(state, { type: "error", code: "nick-invalid", about: "hello", message: "no" });
	assert.match(state.problem, /cannot be a name/u);
	assert.equal(state.suggestion, "");
});

test("a room that cannot be entered on arrival does not keep one out", () => {
	const state = createState();
	enter(state, "ann", "a:b");
	const sent = hear(state, { type: "error", code: "room-invalid", about: "hello", message: "no" });
	assert.deepEqual(sent, [{ type: "hello", nick: "ann", version: 2 }]);
	assert.equal(state.phase, "entering");
});

test("people come, go and change their names, in every room they share", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" }, { type: "names", room: "tea", nicks: ["bob", "ann"], first: true },
		{ type: "join", nick: "cat", room: "main" },
		{ type: "nick", nick: "bob", new: "rob" },
		{ type: "leave", nick: "cat", room: "main" });
	assert.deepEqual([...find(state, "room", "main").people.values()], ["ann", "rob"]);
	assert.deepEqual([...find(state, "room", "tea").people.values()].sort(), ["ann", "rob"]);
	assert.deepEqual(linesOf(state, "room:main").map(([kind, nick]) => [kind, nick]).slice(1), [["moved", undefined], ["renamed", "bob"], ["moved", undefined]]);
	const [, came, , went] = find(state, "room", "main").lines;
	assert.deepEqual([came.entered, came.left, went.entered, went.left], [["cat"], [], [], ["cat"]]);
	assert.deepEqual(linesOf(state, "room:tea").map(([kind]) => kind), ["moved", "renamed"]);
});

test("one's own change of name", () => {
	const state = welcomed();
	hear(state, { type: "nick", nick: "ann", new: "Zoë" }, chat("Zoë", "hi"));
	assert.equal(state.nick, "Zoë");
	assert.equal(current(state).lines.at(-1).own, true);
});

test("a large room tells how many come and go, and who is there in pieces on request", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "big" },
		{ type: "names", room: "big", nicks: ["a", "b", "c"], users: 9, first: true },
		{ type: "presence", room: "big", joined: 3, left: 1, users: 11 });
	show(state, "room:big");
	assert.deepEqual([current(state).users, current(state).people.size], [11, 4]);
	assert.deepEqual([current(state).lines.at(-1).joined, current(state).lines.at(-1).gone], [3, 1]);
	const [packet] = perform(state, { do: "more" }, NOON).packets;
	assert.deepEqual([packet.type, packet.room, packet.after], ["names", "big", "c"]);
	const before = current(state).lines.length;
	hear(state, { type: "names", room: "big", nicks: ["d", "e"], users: 11, first: true, ref: packet.ref });
	assert.deepEqual([...current(state).people.values()], ["ann", "a", "b", "c", "d", "e"]);
	assert.equal(current(state).lines.length, before, "no person asked for it");
	// Whom nobody named may leave by name, once the room is small again.
	hear(state, { type: "leave", nick: "z", room: "big" });
	assert.deepEqual([current(state).users, current(state).people.size], [10, 6]);
});

test("comings and goings that follow each other become one line", () => {
	const state = welcomed();
	for (const nick of ["bo", "cy", "di"])
		hear(state, { type: "join", nick, room: "main" });
	hear(state, { type: "leave", nick: "bo", room: "main" }, { type: "presence", room: "main", joined: 4, left: 2, users: 9 });
	const main = current(state);
	assert.equal(main.lines.length, 2);
	const { entered, left, joined, gone } = main.lines[1];
	assert.deepEqual([entered, left, joined, gone], [["bo", "cy", "di"], ["bo"], 4, 2]);
	hear(state, chat("cy", "hi"), { type: "join", nick: "ed", room: "main" });
	assert.equal(main.lines.length, 4, "but nothing that was said between is passed over");
	receive(state, { type: "join", nick: "fay", room: "main", time: NOON + 2 * 3600_000 }, NOON);
	assert.equal(main.lines.length, 5, "nor hours");
});

test("who looks elsewhere is called by what names one, and by nothing else", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "Ann, here?"), chat("bob", "nothing", "tea"), chat("bob", "ann!", "tea"));
	assert.deepEqual(takeCalls(state).map(({ text, where }) => [text, where.name]), [["ann!", "tea"]], "not the room in view");
	assert.deepEqual(takeCalls(state), []);
	watch(state, false);
	hear(state, chat("bob", "ann?"), { type: "direct", nick: "bob", to: "ann", message: "psst" });
	assert.equal(takeCalls(state).length, 2);
});

test("the server's commands are learnt from its help, and nobody is shown it", () => {
	const state = createState();
	enter(state, "ann", "");
	const [asked] = hear(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	assert.deepEqual([asked.type, asked.line], ["command", "/help"]);
	hear(state, { type: "join", nick: "ann", room: "main" },
		{ type: "notice", ref: asked.ref, message: "/me ACTION          others see [you do that]\n/leave [ROOM]       leave a room, or the current one\n" });
	assert.deepEqual(state.help, [{ usage: "/me ACTION", about: "others see [you do that]" }, { usage: "/leave [ROOM]", about: "leave a room, or the current one" }]);
	assert.equal(current(state).lines.length, 1);
});

test("a long list of names comes in pieces and starts afresh", () => {
	const state = welcomed();
	hear(state,
		{ type: "names", room: "main", nicks: ["old"], first: true, more: true },
		{ type: "names", room: "main", nicks: ["ann", "bob"], first: true, more: true },
		{ type: "names", room: "main", nicks: ["cat"] });
	assert.deepEqual([...current(state).people.values()], ["ann", "bob", "cat"]);
});

test("unread messages are counted a room, and read when it is shown", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "one", "tea"), chat("bob", "Ann?", "tea"),
		{ type: "join", nick: "cat", room: "tea" }, chat("bob", "seen"));
	const tea = find(state, "room", "tea");
	assert.equal(tea.unread, 2, "entering is no message");
	assert.equal(tea.mentions, 1);
	assert.equal(tea.newFrom, tea.lines[1].seq);
	assert.equal(current(state).unread, 0);
	show(state, tea.key);
	assert.equal(tea.unread, 0);
	assert.equal(tea.newFrom, tea.lines[1].seq, "the mark stays while one reads");
	show(state, "room:main");
	assert.equal(tea.newFrom, null);
});

test("the title counts what is unread, and what of it names one", () => {
	const state = welcomed();
	assert.equal(titleOf(state), "main - Teahouse");
	watch(state, false);
	hear(state, chat("bob", "one"), chat("bob", "two"), chat("ann", "my own"));
	assert.equal(titleOf(state), "(2) main - Teahouse");
	hear(state, chat("bob", "ann?"));
	assert.equal(titleOf(state), "(3 @1) main - Teahouse");
	watch(state, true);
	assert.equal(titleOf(state), "main - Teahouse");
	hear(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "tea?", "tea"));
	assert.equal(titleOf(state), "(1) main - Teahouse", "also what is unread elsewhere");
});

test("a direct message is kept with the person, and shown in front as well", () => {
	const state = welcomed();
	hear(state, { type: "direct", nick: "bob", to: "ann", message: "psst" });
	assert.deepEqual(linesOf(state, "talk:bob"), [["direct", "bob", "psst"]]);
	assert.equal(find(state, "talk", "bob").unread, 1);
	assert.deepEqual(linesOf(state, "room:main").at(-1), ["direct", "bob", "psst"]);
	assert.deepEqual(totals(state), { unread: 1, mentions: 1 }, "counted once");
	show(state, "talk:bob");
	hear(state, { type: "direct", nick: "ann", to: "bob", message: "yes?" });
	assert.deepEqual(linesOf(state, "talk:bob").at(-1), ["direct", "ann", "yes?"]);
	assert.equal(linesOf(state, "room:main").length, 2);
});

test("a talk follows its other end to a new name", () => {
	const state = welcomed();
	perform(state, { do: "open", nick: "bob" }, NOON);
	hear(state, { type: "nick", nick: "bob", new: "rob" });
	assert.equal(current(state).name, "rob");
	assert.equal(state.current, "talk:rob");
});

test("leaving a room goes back to the one before it", () => {
	const state = welcomed();
	const [join] = perform(state, { do: "join", room: "tea" }, NOON).packets;
	hear(state, { type: "join", nick: "ann", room: "tea", ref: join.ref });
	assert.equal(current(state).name, "tea");
	const [leave] = perform(state, { do: "leave", room: "" }, NOON).packets;
	assert.deepEqual(leave, { type: "leave", room: "tea", ref: leave.ref });
	hear(state, { type: "leave", nick: "ann", room: "tea", ref: leave.ref });
	assert.equal(current(state).name, "main");
	assert.equal(find(state, "room", "tea"), undefined);
	assert.equal(state.outbox.size, 0);
});

test("leaving the last room leads home, whichever packet comes first", () => {
	for (const turned of [false, true]) {
		const state = welcomed("ann", "tea");
		const packets = [{ type: "join", nick: "ann", room: "main" }, { type: "leave", nick: "ann", room: "tea" }];
		hear(state, ...(turned ? packets.reverse() : packets));
		assert.equal(current(state).name, "main");
	}
});

test("a topic is shown, with who set it", () => {
	const state = welcomed();
	hear(state, { type: "topic", room: "main", topic: "oolong", nick: "bob" });
	assert.equal(current(state).topic, "oolong");
	assert.deepEqual(linesOf(state, "room:main").at(-1), ["topic", "bob", "oolong"]);
});

test("answers stand where they were asked for", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" });
	const [ask] = perform(state, { do: "command", line: "/who" }, NOON).packets;
	assert.equal(ask.line, "/who");
	show(state, "room:tea");
	hear(state, { type: "who", first: true, users: [{ nick: "ann", protocol: "web", rooms: ["main"], idle: 3 }], more: true, ref: ask.ref },
		{ type: "who", users: [{ nick: "bob", protocol: "telnet", rooms: [], idle: 130 }], ref: ask.ref });
	assert.equal(linesOf(state, "room:main").at(-1)[2], "The following are logged in:\nann (web), in main\nbob (telnet), idle for 2 min");
	assert.equal(linesOf(state, "room:tea").length, 1);
});

test("the list to choose a room from makes no noise", () => {
	const state = welcomed();
	const [ask] = perform(state, { do: "browse" }, NOON).packets;
	const before = current(state).lines.length;
	hear(state, { type: "rooms", first: true, rooms: [{ name: "tea", users: 2, topic: "" }], ref: ask.ref });
	assert.deepEqual(state.houseRooms, [{ name: "tea", users: 2, topic: "" }]);
	assert.equal(current(state).lines.length, before);
});

test("errors are said where they belong", () => {
	const state = welcomed();
	const [ask] = perform(state, { do: "command", line: "/foo" }, NOON).packets;
	hear(state, { type: "error", code: "unknown-command", about: "command", message: "There is no /foo.", ref: ask.ref });
	assert.deepEqual(linesOf(state, "room:main").at(-1), ["notice", undefined, "There is no /foo."]);
});

test("unknown packets change nothing", () => {
	const state = welcomed();
	const before = structuredClone(state);
	for (const type of ["history", "toString", "__proto__", undefined])
		assert.deepEqual(receive(state, { type }, NOON), []);
	assert.deepEqual(state, before);
});

test("only the last lines are kept", () => {
	const state = welcomed();
	for (let i = 0; i < KEPT_LINES + 50; i++)
		hear(state, chat("bob", String(i)));
	assert.equal(current(state).lines.length, KEPT_LINES);
	assert.equal(current(state).lines.at(-1).text, String(KEPT_LINES + 49));
});

test("a lost connection is taken up again: same nick, same rooms, in front what was in front", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "tea" });
	show(state, "room:tea");
	lost(state, NOON);
	assert.equal(find(state, "room", "main").joined, false);
	assert.deepEqual(hello(state), { type: "hello", nick: "ann", version: 2, room: "tea" });
	const [join, ...rest] = receive(state, { type: "welcome", nick: "ann", room: "tea", limits: {} }, NOON + 5000);
	assert.deepEqual({ type: join.type, room: join.room }, { type: "join", room: "main" });
	assert.deepEqual(rest, []);
	receive(state, { type: "join", nick: "ann", room: "tea" }, NOON + 5000);
	receive(state, { type: "join", nick: "ann", room: "main", ref: join.ref }, NOON + 5000);
	assert.equal(state.current, "room:tea");
	assert.equal(find(state, "room", "main").joined, true);
	assert.match(linesOf(state, "room:tea").at(-1)[2], /^Back after 5 s\./u);
});

test("coming back, a nick still held is asked for again for a while, then given up", () => {
	const state = welcomed();
	const taken = { type: "error", code: "nick-taken", about: "hello", message: "taken" };
	lost(state, NOON);
	receive(state, taken, NOON + 3000);
	assert.equal(state.phase, "in");
	assert.equal(state.helloAgain, true);
	hello(state);
	receive(state, taken, NOON + 120_000);
	assert.equal(state.phase, "asking");
	assert.equal(state.helloAgain, false);
});

test("a server that is full for the moment does not throw one out of the page", () => {
	const state = welcomed();
	lost(state, NOON);
	receive(state, { type: "error", code: "server-full", message: "full" }, NOON + 1000);
	assert.equal(state.phase, "in");
	assert.equal(state.helloAgain, true);
});

test("a room that grew small is asked who is there, once", () => {
	const state = welcomed();
	hear(state, { type: "presence", room: "main", joined: 1, left: 2, users: 1 });
	assert.deepEqual([current(state).users, current(state).people.size], [1, 2], "who left was not told");
	const asked = hear(state, { type: "join", nick: "cat", room: "main" });
	assert.deepEqual(asked.map(({ type, room }) => [type, room]), [["names", "main"]]);
	assert.deepEqual(hear(state, { type: "leave", nick: "cat", room: "main" }), []);
	const before = current(state).lines.length;
	hear(state, { type: "names", room: "main", nicks: ["ann"], users: 1, first: true, ref: asked[0].ref });
	assert.deepEqual([[...current(state).people.values()], current(state).users], [["ann"], 1]);
	assert.equal(current(state).lines.length, before, "no person asked for it");
});

test("more people are asked for behind the last who was named, whatever they are called by now", () => {
	const state = welcomed();
	hear(state, { type: "join", nick: "ann", room: "big" },
		{ type: "names", room: "big", nicks: ["a", "b", "c"], users: 9, first: true },
		{ type: "nick", nick: "b", new: "z" });
	show(state, "room:big");
	const [packet] = perform(state, { do: "more" }, NOON).packets;
	assert.equal(packet.after, "c");
	// And if they have left: from the beginning.
	const again = hear(state, { type: "error", code: "no-such-nick", message: "There is no c.", about: "names", ref: packet.ref });
	assert.deepEqual(again.map(({ type, room, after }) => [type, room, after]), [["names", "big", undefined]]);
});
