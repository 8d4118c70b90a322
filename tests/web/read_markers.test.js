// What an account's user has read, here and on other devices, and what follows from it.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS, NOON, receiveAll } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { askForHistory, openDirect } = await load("model/history.js");
const { startLogin } = await load("model/login.js");
const { disconnected, receive } = await load("model/packets.js");
const { readPackets } = await load("model/read_markers.js");
const { createState, find, inOrder, setPageFocused, setPageVisible, titleOf, totals } = await load("model/state.js");

const ROOMS = [{ room: "tea", read: 3, unread: 2, mentions: 1 }, { room: "main", read: 8, unread: 1, mentions: 0 }];
const DIRECTS = [{ with: "bob", read: 2, last: 9, unread: 1 }, { with: "cat", read: 5, last: 5, unread: 0 }];

function welcome(more = {}) {
	return { type: "welcome", server: "Teahouse", nick: "ann", room: "main", version: 2, limits: {}, accounts: "open", account: true, rooms: ROOMS, directs: DIRECTS, ...more };
}

function entered(room, id) {
	return [{ type: "join", room, nick: "ann", id }, { type: "names", room, nicks: ["bob", "ann"], users: 2, first: true, snapshot: true }];
}

function loggedIn(more) {
	const state = createState();
	startLogin(state, "ann", "", { password: "tea for two" });
	state.commands = COMMANDS;
	receiveAll(state, welcome(more), ...entered("tea", 10), ...entered("main", 11));
	return state;
}

/** Answers what the page asks for with these events. */
function answer(state, events, more = false) {
	const [{ ref, room, with: other }] = askForHistory(state);
	receiveAll(state, { type: "history", ...(room ? { room } : { with: other }), events, more, ref });
}

function chat(id, nick = "bob", message = "x") {
	return { type: "chat", nick, message, id, time: NOON };
}

function counts(state) {
	return Object.fromEntries(inOrder(state).map(({ name, unread, mentions }) => [name, [unread, mentions]]));
}

test("the rooms and conversations come in the server's order, with their counts", () => {
	const state = loggedIn();
	assert.deepEqual(inOrder(state).map(({ name }) => name), ["tea", "main", "bob", "cat"]);
	assert.equal(state.current, "room:main");
	assert.deepEqual(counts(state), { tea: [2, 1], main: [0, 0], bob: [1, 1], cat: [0, 0] });
	assert.match(titleOf(state), /^\(3\)/u);
});

test("the line above what is new is where the user has stopped to read", () => {
	const state = loggedIn();
	answer(state, [chat(7), chat(8), chat(9)]);
	const main = find(state, "room", "main");
	assert.equal(main.firstUnreadId, 9);
	assert.equal(main.newCount, 1);
	perform(state, { do: "show", key: "room:tea" }, NOON);
	answer(state, [chat(6), chat(7)], true);
	const tea = find(state, "room", "tea");
	assert.equal(tea.firstUnread, null, "what comes before may be new, too");
});

test("direct messages that came meanwhile are counted once", () => {
	const state = loggedIn();
	receiveAll(state, { type: "direct", nick: "bob", to: "ann", message: "hi", id: 9, past: true, time: NOON });
	assert.deepEqual(counts(state).bob, [1, 1]);
	receiveAll(state, { type: "direct", nick: "bob", to: "ann", message: "more", id: 12, time: NOON });
	assert.deepEqual(counts(state).bob, [2, 2]);
	assert.equal(state.current, "room:main");
});

test("what is at the end while the page is used is told, at most once a second a conversation", () => {
	const state = loggedIn();
	assert.deepEqual(readPackets(state, NOON), [], "nothing is loaded yet");
	answer(state, [chat(9)]);
	assert.deepEqual(readPackets(state, NOON), [{ type: "read", room: "main", id: 9 }]);
	receiveAll(state, { ...chat(12), room: "main" });
	assert.deepEqual(readPackets(state, NOON + 500), []);
	// It is told also when the user has gone elsewhere.
	perform(state, { do: "show", key: "dm:bob" }, NOON);
	assert.deepEqual(readPackets(state, NOON + 1000), [{ type: "read", room: "main", id: 12 }]);
	answer(state, [{ type: "direct", nick: "bob", to: "ann", message: "hi", id: 9, time: NOON }]);
	assert.deepEqual(readPackets(state, NOON + 1000), [{ type: "read", with: "bob", id: 9 }]);
	assert.deepEqual(readPackets(state, NOON + 9000), [], "once");
});

test("what nobody looks at is not read", () => {
	for (const away of [(state) => setPageVisible(state, false), (state) => setPageFocused(state, false), (state) => { find(state, "room", "main").loaded.following = false; }]) {
		const state = loggedIn();
		answer(state, [chat(9)]);
		away(state);
		assert.deepEqual(readPackets(state, NOON), []);
	}
});

test("what is read on another device is read here at once", () => {
	const state = loggedIn();
	receiveAll(state, { ...chat(12, "bob", "ann: look"), room: "tea" }, { ...chat(13), room: "tea" });
	assert.deepEqual(counts(state).tea, [4, 2]);
	receiveAll(state, { type: "read", room: "tea", id: 12 });
	assert.deepEqual(counts(state).tea, [1, 0]);
	assert.equal(find(state, "room", "tea").firstUnreadId, 13);
	receiveAll(state, { type: "read", room: "tea", id: 10 });
	assert.deepEqual(counts(state).tea, [1, 0], "it only moves forward");
	receiveAll(state, { type: "read", room: "tea", id: 13 }, { type: "read", with: "bob", id: 9 });
	assert.deepEqual(totals(state), { unread: 0, mentions: 0 });
	assert.equal(find(state, "room", "tea").firstUnread, null);
	assert.doesNotMatch(titleOf(state), /^\(/u);
	receiveAll(state, { type: "read", room: "nowhere", id: 13 });
});

test("what the user says elsewhere is the user's own, and joining there enters here without taking the focus", () => {
	const state = loggedIn();
	receiveAll(state, { ...chat(12, "ann"), room: "tea" }, { type: "direct", nick: "ann", to: "cat", message: "hi", id: 13, time: NOON });
	assert.deepEqual(counts(state), { tea: [2, 1], main: [0, 0], bob: [1, 1], cat: [0, 0] });
	receiveAll(state, ...entered("cake", 14));
	assert.ok(find(state, "room", "cake").joined);
	assert.equal(state.current, "room:main");
	receiveAll(state, { type: "leave", nick: "ann", room: "tea", id: 15, time: NOON });
	assert.equal(find(state, "room", "tea"), undefined);
	assert.equal(state.current, "room:main");
});

test("rooms that were left on another device are gone after the next login", () => {
	const state = loggedIn();
	disconnected(state, NOON);
	const packets = receive(state, welcome({ rooms: [ROOMS[1]], directs: [] }), NOON);
	assert.deepEqual(ofType(packets, "join"), []);
	assert.deepEqual(inOrder(state).map(({ name }) => name), ["main", "bob", "cat"]);
});

test("a resumed session learns what was read meanwhile", () => {
	const state = loggedIn();
	disconnected(state, NOON);
	const packets = receive(state, welcome({ resumed: true, rooms: [{ ...ROOMS[0], read: 16, unread: 0, mentions: 0 }, ROOMS[1]] }), NOON);
	const [{ ref }] = ofType(packets, "ping");
	receiveAll(state, ...["tea", "main"].map((room) => entered(room)[1]), { ...chat(16), room: "tea", past: true }, { type: "pong", ref });
	assert.deepEqual(counts(state).tea, [0, 0]);
});

test("the history of a conversation is loaded, and a message in it found", () => {
	const state = loggedIn();
	openDirect(state, "bob", 4);
	const [packet] = askForHistory(state);
	assert.deepEqual(packet, { type: "history", with: "bob", limit: 100, around: 4, ref: packet.ref });
	receiveAll(state, { type: "history", with: "bob", events: [{ type: "direct", nick: "ann", to: "bob", message: "found", id: 4, time: NOON }], more: false, ref: packet.ref });
	const { lines, loaded } = find(state, "dm", "bob");
	assert.deepEqual(lines.map(({ kind, text, own }) => [kind, text, own]), [["direct", "found", true]]);
	assert.equal(loaded.goTo, lines[0].seq);
});

test("that the person is away and reads it later is said in the conversation", () => {
	const state = loggedIn();
	const [{ ref }] = perform(state, { do: "direct", to: "cat", text: "hello" }, NOON).packets;
	receiveAll(state, { type: "direct", nick: "ann", to: "cat", message: "hello", id: 12, ref, time: NOON },
		{ type: "notice", code: "direct-later", message: "?", subject: "cat", ref, time: NOON });
	const cat = find(state, "dm", "cat");
	assert.match(cat.lines.at(-1).text, /cat is away and will read it later/u);
	assert.deepEqual(counts(state).cat, [0, 0]);
	// It is the same person who comes back.
	receiveAll(state, { type: "direct", nick: "cat", to: "ann", message: "thanks", id: 20, time: NOON });
	assert.deepEqual([cat.offline, cat.changed], [false, false]);
});

test("that people of old conversations are away is no news", () => {
	const state = createState();
	startLogin(state, "ann", "", { password: "tea for two" });
	state.commands = COMMANDS;
	const asked = ofType(receive(state, welcome(), NOON), "who");
	assert.deepEqual(asked.map(({ nick }) => nick), ["bob", "cat"]);
	for (const { ref } of asked)
		receiveAll(state, { type: "error", code: "no-such-nick", message: "?", about: "who", ref, time: NOON });
	assert.deepEqual(find(state, "dm", "bob").lines, []);
	assert.equal(find(state, "dm", "bob").offline, true);
});

function whoIs(state, nick, packets, more) {
	for (const { ref } of ofType(packets, "who").filter((packet) => packet.nick === nick))
		receiveAll(state, more ? { type: "who", users: [{ nick, protocol: "web", rooms: ["main"], ...more }], first: true, ref, time: NOON }
			: { type: "error", code: "no-such-nick", message: "?", about: "who", ref, time: NOON });
}

test("a person whose name is registered comes back as the same one", () => {
	const state = loggedIn({ directs: [] });
	const message = { type: "direct", nick: "cat", to: "ann", message: "hello", id: 20, time: NOON };
	receiveAll(state, { type: "join", room: "main", nick: "cat", id: 19 });
	whoIs(state, "cat", receiveAll(state, message), { account: true });
	whoIs(state, "cat", receiveAll(state, { type: "leave", room: "main", nick: "cat", id: 21 }), null);
	const cat = find(state, "dm", "cat");
	assert.equal(cat.offline, true);
	receiveAll(state, { type: "join", room: "main", nick: "cat", id: 22 });
	assert.deepEqual([cat.offline, cat.changed, cat.lines.length], [false, false, 1]);
	// Until the name is given up: then it may be anybody's.
	receiveAll(state, { type: "who", users: [{ nick: "cat" }], first: true, time: NOON });
	assert.deepEqual([cat.changed, cat.registered], [true, false]);
	assert.match(cat.lines.at(-1).text, /maybe by a different person/u);
});

test("a guest of an old conversation may be another person, who has registered the name, too", () => {
	for (const more of [{}, { account: true }]) {
		const state = createState();
		startLogin(state, "ann", "", { password: "tea for two" });
		state.commands = COMMANDS;
		const asked = receive(state, welcome({ directs: [DIRECTS[0], { ...DIRECTS[1], account: true }] }), NOON);
		receiveAll(state, { type: "direct", nick: "bob", to: "ann", message: "meanwhile", id: 9, past: true, time: NOON });
		assert.equal(find(state, "dm", "bob").lines.length, 1);
		whoIs(state, "bob", asked, more);
		whoIs(state, "cat", asked, { account: true });
		const [bob, cat] = ["bob", "cat"].map((nick) => find(state, "dm", nick));
		assert.match(bob.lines.at(-1).text, /in use again, maybe by a different person/u);
		assert.match(perform(state, { do: "direct", to: "bob", text: "hello" }, NOON).question, /different person/u);
		assert.deepEqual([cat.offline, cat.changed, cat.lines], [false, false, []]);
		assert.deepEqual(perform(state, { do: "direct", to: "cat", text: "hello" }, NOON).question, undefined);
	}
});

function ofType(packets, wanted) {
	return packets.filter(({ type }) => type === wanted);
}
