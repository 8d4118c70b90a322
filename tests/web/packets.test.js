// What the server's packets make of the state.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS, NOON, receiveAll, linesOf, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { OWN_COMMANDS } = await load("model/commands.js");
const { giveUpName, hello, startLogin } = await load("model/login.js");
const { disconnected, receive } = await load("model/packets.js");
const { KEPT_LINES } = await load("model/loaded.js");
const { createState, current, find, show, takeUnseen, titleOf, totals, setPageFocused, setPageVisible } = await load("model/state.js");

const chat = (nick, message, room = "main") => ({ type: "chat", nick, message, room });

test("welcome, join and names make a room, and show it", () => {
	const state = welcomed();
	assert.equal(state.phase, "in");
	assert.equal(state.limits.message, 100);
	assert.equal(current(state).name, "main");
	assert.deepEqual([...current(state).people.values()], ["ann", "bob"]);
});

test("a refused nick is explained, and another one suggested", () => {
	const state = createState();
	startLogin(state, "bob", "tea");
	assert.deepEqual(hello(state), { type: "hello", nick: "bob", version: 2, room: "tea" });
	receiveAll(state, { type: "error", code: "nick-taken", about: "hello", message: "The name \"bob\" looks too much like one that is taken." });
	assert.equal(state.phase, "login");
	assert.deepEqual([state.problem, state.suggestion], ["The name “bob” is already in use.", "bob2"]);
	startLogin(state, "bob2", "tea");
	receiveAll(state, { type: "error", code: "nick-alike", about: "hello", message: "?" });
	assert.deepEqual([state.problem, state.suggestion], ["The name “bob2” looks too much like one that is in use.", "bob3"]);
	startLogin(state, "x".repeat(32), "tea");
	receiveAll(state, { type: "error", code: "nick-taken", about: "hello", message: "taken" });
	assert.equal(state.suggestion, `${"x".repeat(31)}2`, "no longer than a nick may be");
	startLogin(state, "b b", "tea");
	receiveAll(state, { type: "error", code: "nick-invalid", about: "hello", message: "no" });
	assert.match(state.problem, /can’t be used as a name/u);
	assert.equal(state.suggestion, "");
});

test("if the wanted room is refused, the login is tried without it", () => {
	const state = createState();
	startLogin(state, "ann", "a:b");
	const sent = receiveAll(state, { type: "error", code: "room-invalid", about: "hello", message: "no" });
	assert.deepEqual(sent, [{ type: "hello", nick: "ann", version: 2 }]);
	assert.equal(state.phase, "entering");
});

test("people enter, leave and change their nicks in every shared room", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" }, { type: "names", room: "tea", nicks: ["bob", "ann"], first: true },
		{ type: "join", nick: "cat", room: "main" },
		{ type: "nick", nick: "bob", new: "rob" },
		{ type: "leave", nick: "cat", room: "main" });
	assert.deepEqual([...find(state, "room", "main").people.values()], ["ann", "rob"]);
	assert.deepEqual([...find(state, "room", "tea").people.values()].sort(), ["ann", "rob"]);
	assert.deepEqual(linesOf(state, "room:main").map(([kind, nick]) => [kind, nick]).slice(1), [["presence", undefined], ["renamed", "bob"], ["presence", undefined]]);
	const [, came, , went] = find(state, "room", "main").lines;
	assert.deepEqual([came.entered, came.left, went.entered, went.left], [["cat"], [], [], ["cat"]]);
	assert.deepEqual(linesOf(state, "room:tea").map(([kind]) => kind), ["presence", "renamed"]);
});

test("the user's own nick changes", () => {
	const state = welcomed();
	receiveAll(state, { type: "nick", nick: "ann", new: "Zoë" }, chat("Zoë", "hi"));
	assert.equal(state.nick, "Zoë");
	assert.equal(current(state).lines.at(-1).own, true);
});

test("in a large room entries and exits are numbers, and people are listed in parts on request", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "big" },
		{ type: "names", room: "big", nicks: ["a", "b", "c"], users: 9, first: true },
		{ type: "presence", room: "big", joined: 3, left: 1, users: 11 });
	show(state, "room:big");
	assert.deepEqual([current(state).users, current(state).people.size], [11, 4]);
	assert.deepEqual([current(state).lines.at(-1).joined, current(state).lines.at(-1).gone], [3, 1]);
	const [packet] = perform(state, { do: "moreNames" }, NOON).packets;
	assert.deepEqual([packet.type, packet.room, packet.after], ["names", "big", "c"]);
	const before = current(state).lines.length;
	receiveAll(state, { type: "names", room: "big", nicks: ["d", "e"], users: 11, first: true, ref: packet.ref });
	assert.deepEqual([...current(state).people.values()], ["ann", "a", "b", "c", "d", "e"]);
	assert.equal(current(state).lines.length, before, "the user did not ask for it");
	// Once the room is small again, a person can leave who was never listed.
	receiveAll(state, { type: "leave", nick: "z", room: "big" });
	assert.deepEqual([current(state).users, current(state).people.size], [10, 6]);
});

test("successive entries and exits become one line", () => {
	const state = welcomed();
	for (const nick of ["bo", "cy", "di"])
		receiveAll(state, { type: "join", nick, room: "main" });
	receiveAll(state, { type: "leave", nick: "bo", room: "main" }, { type: "presence", room: "main", joined: 4, left: 2, users: 9 });
	const main = current(state);
	assert.equal(main.lines.length, 2);
	const { entered, left, joined, gone } = main.lines[1];
	assert.deepEqual([entered, left, joined, gone], [["cy", "di"], [], 4, 2], "bo came and went");
	receiveAll(state, chat("cy", "hi"), { type: "join", nick: "ed", room: "main" });
	assert.equal(main.lines.length, 4, "but not across a message");
	receive(state, { type: "join", nick: "fay", room: "main", time: NOON + 2 * 3600_000 }, NOON);
	assert.equal(main.lines.length, 5, "nor across hours");
});

test("only messages that nobody looks at are collected for alerts", () => {
	const state = welcomed();
	const takeUnseenMentions = () => takeUnseen(state).filter(({ mention }) => mention);
	receiveAll(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "Ann, here?"), chat("bob", "nothing", "tea"), chat("bob", "ann!", "tea"));
	assert.deepEqual(takeUnseenMentions().map(({ text, conversation }) => [text, conversation.name]), [["ann!", "tea"]], "not the room in view");
	assert.deepEqual(takeUnseen(state), []);
	setPageVisible(state, false);
	receiveAll(state, chat("bob", "ann?"), { type: "direct", nick: "bob", to: "ann", message: "psst" });
	assert.equal(takeUnseenMentions().length, 2);
	setPageVisible(state, true);
	setPageFocused(state, false);
	receiveAll(state, chat("bob", "ann, in the window beside?"), chat("bob", "and this"));
	assert.deepEqual(takeUnseen(state).map(({ mention }) => mention), [true, false]);
	assert.equal(current(state).unread, 0, "it is in view");
});

test("the server's table of commands is requested once, and adds no line", () => {
	const state = createState();
	startLogin(state, "ann", "");
	const [request] = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	assert.deepEqual(request, { type: "commands", ref: request.ref });
	receiveAll(state, { type: "join", nick: "ann", room: "main" }, { type: "commands", commands: COMMANDS, ref: request.ref });
	assert.deepEqual(state.commands, COMMANDS);
	assert.equal(state.outbox.size, 0);
	assert.equal(current(state).lines.length, 1);
	disconnected(state, NOON);
	assert.deepEqual(receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} }), []);
});

test("a server without a table of commands leaves the page with its own, without an error message", () => {
	const state = createState();
	startLogin(state, "ann", "");
	const [request] = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} });
	receiveAll(state, { type: "join", nick: "ann", room: "main" },
		{ type: "error", code: "unknown-type", message: "There is no packet type \"commands\".", about: "commands", ref: request.ref });
	assert.equal(state.commands, OWN_COMMANDS);
	assert.equal(current(state).lines.length, 1);
});

test("a long list of names comes in parts and replaces the old one", () => {
	const state = welcomed();
	receiveAll(state,
		{ type: "names", room: "main", nicks: ["old"], first: true, more: true },
		{ type: "names", room: "main", nicks: ["ann", "bob"], first: true, more: true },
		{ type: "names", room: "main", nicks: ["cat"] });
	assert.deepEqual([...current(state).people.values()], ["ann", "bob", "cat"]);
});

test("unread messages are counted per room, and read when it is shown", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "one", "tea"), chat("bob", "Ann?", "tea"),
		{ type: "join", nick: "cat", room: "tea" }, chat("bob", "seen"));
	const tea = find(state, "room", "tea");
	assert.equal(tea.unread, 2, "an entry is not a message");
	assert.equal(tea.mentions, 1);
	assert.equal(tea.firstUnread, tea.lines[1].seq);
	assert.equal(current(state).unread, 0);
	show(state, tea.key);
	assert.equal(tea.unread, 0);
	assert.equal(tea.firstUnread, tea.lines[1].seq, "the divider stays while the room is shown");
	show(state, "room:main");
	assert.equal(tea.firstUnread, null);
});

test("the title counts unread messages", () => {
	const state = welcomed();
	assert.equal(titleOf(state), "main - Teahouse");
	setPageVisible(state, false);
	receiveAll(state, chat("bob", "one"), chat("bob", "two"), chat("ann", "my own"));
	assert.equal(titleOf(state), "(2) main - Teahouse");
	receiveAll(state, chat("bob", "ann?"));
	assert.equal(titleOf(state), "(3) main - Teahouse");
	setPageVisible(state, true);
	assert.equal(titleOf(state), "main - Teahouse");
	receiveAll(state, { type: "join", nick: "ann", room: "tea" }, chat("bob", "tea?", "tea"));
	assert.equal(titleOf(state), "(1) main - Teahouse", "unread messages in other rooms count, too");
});

test("a direct message is kept in its own conversation, and shown beside the current one", () => {
	const state = welcomed();
	receiveAll(state, { type: "direct", nick: "bob", to: "ann", message: "psst" });
	assert.deepEqual(linesOf(state, "dm:bob"), [["direct", "bob", "psst"]]);
	assert.equal(find(state, "dm", "bob").unread, 1);
	assert.equal(linesOf(state, "room:main").length, 1);
	assert.deepEqual([state.aside.key, state.aside.text], ["dm:bob", "psst"]);
	assert.deepEqual(totals(state), { unread: 1, mentions: 1 }, "counted once");
	show(state, "dm:bob");
	receiveAll(state, { type: "direct", nick: "ann", to: "bob", message: "yes?" });
	assert.deepEqual(linesOf(state, "dm:bob").at(-1), ["direct", "ann", "yes?"]);
	assert.equal(state.aside.text, "psst", "what is in view is not shown twice");
});

test("direct messages follow the other person to a new nick", () => {
	const state = welcomed();
	perform(state, { do: "openDm", nick: "bob" }, NOON);
	receiveAll(state, { type: "nick", nick: "bob", new: "rob" });
	assert.equal(current(state).name, "rob");
	assert.equal(find(state, "dm", "Rob"), current(state));
	assert.equal(find(state, "dm", "bob"), undefined);
});

test("leaving a room shows the one before it", () => {
	const state = welcomed();
	const [join] = perform(state, { do: "join", room: "tea" }, NOON).packets;
	receiveAll(state, { type: "join", nick: "ann", room: "tea", ref: join.ref });
	assert.equal(current(state).name, "tea");
	const [leave] = perform(state, { do: "leave", room: "" }, NOON).packets;
	assert.deepEqual(leave, { type: "leave", room: "tea", ref: leave.ref });
	receiveAll(state, { type: "leave", nick: "ann", room: "tea", ref: leave.ref });
	assert.equal(current(state).name, "main");
	assert.equal(find(state, "room", "tea"), undefined);
	assert.equal(state.outbox.size, 0);
});

test("after leaving the last room the default room is shown, whichever packet comes first", () => {
	for (const turned of [false, true]) {
		const state = welcomed("ann", "tea");
		const packets = [{ type: "join", nick: "ann", room: "main" }, { type: "leave", nick: "ann", room: "tea" }];
		receiveAll(state, ...(turned ? packets.reverse() : packets));
		assert.equal(current(state).name, "main");
	}
});

test("what the server tells on entering is not shown as something that just happened", () => {
	const state = welcomed();
	const before = current(state).lines.length;
	receiveAll(state, { type: "join", nick: "ann", room: "tea", id: 7 },
		{ type: "topic", room: "tea", topic: "oolong", nick: "bob", time: NOON - 86_400_000, snapshot: true },
		{ type: "names", room: "tea", nicks: ["ann", "bob"], users: 2, first: true, snapshot: true });
	const tea = find(state, "room", "tea");
	assert.deepEqual(linesOf(state, "room:tea").map(([kind]) => kind), ["presence"]);
	assert.equal(tea.topic, "oolong");
	assert.deepEqual([...tea.people.values()], ["ann", "bob"]);
	assert.equal(current(state).lines.length, before);
});

test("names are the answer to a request, except as a snapshot", () => {
	const state = welcomed();
	const [request] = perform(state, { do: "names" }, NOON).packets;
	const list = { type: "names", room: "main", nicks: ["ann", "bob"], users: 2, first: true };
	const before = current(state).lines.length;
	receiveAll(state, { ...list, snapshot: true });
	assert.equal(current(state).lines.length, before);
	receiveAll(state, { ...list, ref: request.ref });
	assert.equal(current(state).lines.length, before, "for the user alone, and not for ever");
	assert.deepEqual(state.answer, { key: "room:main", kind: "names", room: "main", nicks: ["ann", "bob"], users: 2 });
});

test("a topic that was taken away during an absence is gone after it", () => {
	const state = welcomed();
	receiveAll(state, { type: "topic", room: "main", topic: "oolong", nick: "bob" });
	disconnected(state, NOON);
	receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} }, { type: "join", nick: "ann", room: "main" });
	assert.equal(current(state).topic, "", "the server tells only of topics that there are");
});

test("lines keep the ids of their events", () => {
	const state = welcomed();
	receiveAll(state,
		{ ...chat("bob", "one"), id: 3 },
		{ type: "emote", nick: "bob", room: "main", message: "waves", id: 4 },
		{ type: "topic", room: "main", topic: "oolong", nick: "bob", id: 5 },
		{ type: "nick", nick: "bob", new: "rob", id: 6 },
		{ type: "join", nick: "cat", room: "main", id: 8 },
		{ type: "join", nick: "dan", room: "main", id: 9 },
		{ type: "direct", nick: "rob", to: "ann", message: "psst", id: 10 });
	assert.deepEqual(current(state).lines.slice(1).map(({ kind, id }) => [kind, id]),
		[["chat", 3], ["emote", 4], ["topic", 5], ["renamed", 6], ["presence", 9]], "a merged line has the last one's");
	receiveAll(state, chat("rob", "two"), { type: "presence", room: "main", joined: 2, left: 0, users: 4, id: 12 });
	assert.deepEqual(current(state).lines.slice(-2).map(({ id }) => id), [undefined, 12], "a server may send none");
});

test("a topic is shown with the nick of who set it", () => {
	const state = welcomed();
	receiveAll(state, { type: "topic", room: "main", topic: "oolong", nick: "bob" });
	assert.equal(current(state).topic, "oolong");
	assert.deepEqual(linesOf(state, "room:main").at(-1), ["topic", "bob", "oolong"]);
});

test("an answer is shown in the conversation where it was requested", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	const [ask] = perform(state, { do: "command", line: "/who" }, NOON).packets;
	assert.equal(ask.line, "/who");
	show(state, "room:tea");
	receiveAll(state, { type: "who", first: true, users: [{ nick: "ann", protocol: "web", rooms: ["main"], idle: 3 }], more: true, ref: ask.ref },
		{ type: "who", users: [{ nick: "bob", protocol: "telnet", rooms: [], idle: 130 }], ref: ask.ref });
	assert.deepEqual([state.answer.key, state.answer.kind, state.answer.users.map(({ nick }) => nick)], ["room:main", "who", ["ann", "bob"]]);
	perform(state, { do: "closeAnswer" }, NOON);
	assert.equal(state.answer, null);
	assert.deepEqual([linesOf(state, "room:main").length, linesOf(state, "room:tea").length], [1, 1]);
});

test("the list of rooms for the switcher adds no line", () => {
	const state = welcomed();
	const [ask] = perform(state, { do: "listRooms" }, NOON).packets;
	const before = current(state).lines.length;
	receiveAll(state, { type: "rooms", first: true, rooms: [{ name: "tea", users: 2, topic: "" }], ref: ask.ref });
	assert.deepEqual(state.serverRooms, [{ name: "tea", users: 2, topic: "" }]);
	assert.equal(current(state).lines.length, before);
});

test("errors are shown in the conversation of their request", () => {
	const state = welcomed();
	const error = { type: "error", code: "brand-new", about: "command", message: "Not now." };
	const [ask] = perform(state, { do: "command", line: "/who" }, NOON).packets;
	receiveAll(state, { ...error, ref: ask.ref });
	assert.deepEqual(linesOf(state, "room:main").at(-1), ["notice", undefined, "Not now."]);
	assert.equal(state.returned, null);
	const [typed] = perform(state, { do: "command", line: "/who" }, NOON, " /who").packets;
	receiveAll(state, { ...error, ref: typed.ref });
	assert.deepEqual(state.returned, { key: "room:main", text: " /who", reason: "Not now." });
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
		receiveAll(state, chat("bob", String(i)));
	assert.equal(current(state).lines.length, KEPT_LINES);
	assert.equal(current(state).lines.at(-1).text, String(KEPT_LINES + 49));
});

test("after a lost connection the nick, the rooms and the shown room are the same", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "tea" });
	show(state, "room:tea");
	disconnected(state, NOON);
	assert.equal(find(state, "room", "main").joined, false);
	assert.deepEqual(hello(state), { type: "hello", nick: "ann", version: 2, room: "tea" });
	const [join, ...rest] = receive(state, { type: "welcome", nick: "ann", room: "tea", limits: {} }, NOON + 5000);
	assert.deepEqual({ type: join.type, room: join.room }, { type: "join", room: "main" });
	assert.deepEqual(rest, []);
	receive(state, { type: "join", nick: "ann", room: "tea" }, NOON + 5000);
	receive(state, { type: "join", nick: "ann", room: "main", ref: join.ref }, NOON + 5000);
	assert.equal(state.current, "room:tea");
	assert.equal(find(state, "room", "main").joined, true);
	assert.deepEqual([linesOf(state, "room:main").length, linesOf(state, "room:tea").length], [1, 1], "and nothing is said about it");
});

test("after a lost connection a taken nick is tried again for a while, then given up", () => {
	for (const code of ["nick-taken", "nick-alike"]) {
		const state = welcomed();
		const taken = { type: "error", code, about: "hello", message: "taken" };
		disconnected(state, NOON);
		receive(state, taken, NOON + 3000);
		assert.deepEqual([state.phase, state.retryHello, state.problem], ["in", true, ""]);
		hello(state);
		receive(state, taken, NOON + 120_000);
		assert.deepEqual([state.phase, state.retryHello, state.taken.code], ["in", false, code], "a copy of this tab may have it");
		giveUpName(state);
		assert.deepEqual([state.phase, state.suggestion], ["login", "ann2"]);
	}
});

test("after a lost connection a full server is tried again", () => {
	const state = welcomed();
	disconnected(state, NOON);
	receive(state, { type: "error", code: "server-full", message: "full" }, NOON + 1000);
	assert.equal(state.phase, "in");
	assert.equal(state.retryHello, true);
});

test("a room that has become small is asked for its names, once", () => {
	const state = welcomed();
	receiveAll(state, { type: "presence", room: "main", joined: 1, left: 2, users: 1 });
	assert.deepEqual([current(state).users, current(state).people.size], [1, 2], "the list still has the person who left unnamed");
	const asked = receiveAll(state, { type: "join", nick: "cat", room: "main" });
	assert.deepEqual(asked.map(({ type, room }) => [type, room]), [["names", "main"]]);
	assert.deepEqual(receiveAll(state, { type: "leave", nick: "cat", room: "main" }), []);
	const before = current(state).lines.length;
	receiveAll(state, { type: "names", room: "main", nicks: ["ann"], users: 1, first: true, ref: asked[0].ref });
	assert.deepEqual([[...current(state).people.values()], current(state).users], [["ann"], 1]);
	assert.equal(current(state).lines.length, before, "the user did not ask for it");
});

test("the list of people is continued after the last one listed, even after a change of nick", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "ann", room: "big" },
		{ type: "names", room: "big", nicks: ["a", "b", "c"], users: 9, first: true },
		{ type: "nick", nick: "b", new: "z" });
	show(state, "room:big");
	const [packet] = perform(state, { do: "moreNames" }, NOON).packets;
	assert.equal(packet.after, "c");
	// If that person has left, the list is requested from the beginning.
	const again = receiveAll(state, { type: "error", code: "no-such-nick", message: "There is no c.", about: "names", ref: packet.ref });
	assert.deepEqual(again.map(({ type, room, after }) => [type, room, after]), [["names", "big", undefined]]);
});
