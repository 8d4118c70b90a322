// What is known of people, and how sparingly the server is asked for it.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { receive } = await load("model/packets.js");
const { askForProfiles, isIdle, profileOf } = await load("model/profiles.js");
const { current, setPageVisible } = await load("model/state.js");

const MINUTE = 60_000;
const who = (ref, ...users) => ({ type: "who", first: true, users, ref });
const ann = { nick: "ann", protocol: "web", rooms: ["main"], idle: 0 };
const bob = { nick: "bob", protocol: "telnet", rooms: ["main", "tea"], idle: 601 };

test("the people in view are asked about, then once a minute, and soon where there are new ones", () => {
	const state = welcomed();
	const [packet, ...rest] = askForProfiles(state, NOON);
	assert.deepEqual([packet.type, packet.room, rest], ["who", "main", []]);
	receiveAll(state, who(packet.ref, ann, bob));
	const asks = (later) => askForProfiles(state, NOON + later).length;
	assert.deepEqual([asks(1000), asks(59_000), asks(MINUTE), asks(MINUTE + 1000)], [0, 0, 1, 0]);
	receiveAll(state, { type: "join", nick: "cat", room: "main" });
	assert.deepEqual([asks(MINUTE + 2000), asks(MINUTE + 5000)], [0, 1]);
	assert.equal(current(state).lines.filter(({ kind }) => kind === "notice").length, 0, "nothing is shown of it");
});

test("nothing is asked by a hidden page, without a connection, or in a large room", () => {
	const state = welcomed();
	setPageVisible(state, false);
	assert.deepEqual(askForProfiles(state, NOON), []);
	setPageVisible(state, true);
	state.online = false;
	assert.deepEqual(askForProfiles(state, NOON), []);
	state.online = true;
	current(state).users = 101;
	assert.deepEqual(askForProfiles(state, NOON), []);
});

test("a person is idle after ten minutes, until the next message", () => {
	const state = welcomed();
	const [{ ref }] = askForProfiles(state, NOON);
	receiveAll(state, who(ref, ann, bob));
	assert.deepEqual([isIdle(profileOf(state, "bob"), NOON), isIdle(profileOf(state, "ann"), NOON)], [true, false]);
	assert.equal(isIdle(profileOf(state, "ann"), NOON + 11 * MINUTE), true);
	const before = state.profilesVersion;
	receive(state, { type: "chat", nick: "bob", room: "main", message: "hi" }, NOON + 1);
	assert.equal(isIdle(profileOf(state, "bob"), NOON + 2), false);
	assert.notEqual(state.profilesVersion, before, "it is drawn anew");
});

test("what is known follows a person to another name, and is forgotten when the name is another's", () => {
	const state = welcomed();
	const [{ ref }] = askForProfiles(state, NOON);
	receiveAll(state, who(ref, ann, bob), { type: "nick", nick: "bob", new: "rob" });
	assert.deepEqual([profileOf(state, "Rob").protocol, profileOf(state, "bob")], ["telnet", undefined]);
	receiveAll(state, { type: "leave", nick: "rob", room: "main" }, { type: "join", nick: "rob", room: "main" });
	assert.equal(profileOf(state, "rob"), undefined);
});
