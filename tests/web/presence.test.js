// Who joined, left and took another name: what is left of it in the room.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { receive } = await load("model/packets.js");
const { takeNews } = await load("model/presence.js");
const { current, nicksByRecency } = await load("model/state.js");

const join = (nick) => ({ type: "join", nick, room: "main" });
const leave = (nick) => ({ type: "leave", nick, room: "main" });
const rename = (nick, to) => ({ type: "nick", nick, new: to });
const chat = (nick, message) => ({ type: "chat", nick, message, room: "main" });

/** The lines after the user's own, in short. */
function shown(state) {
	return current(state).lines.slice(1).map(({ kind, entered, left, nick, to, was, text }) => {
		switch (kind) {
		case "presence":
			return `+${entered} -${left}`;
		case "renamed":
			return `${nick} > ${to}`;
		default:
			return `${nick}${was ? ` (${was})` : ""}: ${text}`;
		}
	});
}

test("a visit without a word leaves no line, and neither does a short absence", () => {
	const state = welcomed();
	receiveAll(state, join("eve"), leave("eve"));
	assert.deepEqual(shown(state), []);
	receiveAll(state, leave("bob"), join("bob"));
	assert.deepEqual(shown(state), []);
	receiveAll(state, join("eve"), join("dan"), leave("bob"), leave("EVE"), join("fay"));
	assert.deepEqual(shown(state), ["+dan,fay -bob"]);
});

test("what was said in between keeps both", () => {
	const state = welcomed();
	receiveAll(state, join("eve"), chat("eve", "hi"), leave("eve"));
	assert.deepEqual(shown(state), ["+eve -", "eve: hi", "+ -eve"]);
});

test("a visit in an hour is one, and in two it is not", () => {
	const state = welcomed();
	receive(state, { ...join("eve"), time: NOON }, NOON);
	receive(state, { ...leave("eve"), time: NOON + 2 * 3600_000 }, NOON);
	assert.deepEqual(shown(state), ["+eve -", "+ -eve"]);
});

test("a person who joins and takes another name has joined with it", () => {
	const state = welcomed();
	receiveAll(state, join("guest"), rename("guest", "eve"));
	assert.deepEqual(shown(state), ["+eve -"]);
	receiveAll(state, leave("eve"));
	assert.deepEqual(shown(state), []);
});

test("changes of name in a row are one, and there and back none", () => {
	const state = welcomed();
	receiveAll(state, rename("bob", "rob"), rename("rob", "bobby"));
	assert.deepEqual(shown(state), ["bob > bobby"]);
	receiveAll(state, rename("bobby", "bob"));
	assert.deepEqual(shown(state), []);
});

test("a person who takes a name and speaks is shown with both", () => {
	const state = welcomed();
	receiveAll(state, chat("bob", "hi"), rename("bob", "rob"), chat("rob", "it is me"), chat("rob", "really"));
	assert.deepEqual(shown(state), ["bob: hi", "rob (bob): it is me", "rob: really"]);
	assert.deepEqual(nicksByRecency(state), ["rob"]);
	const [, first, second] = current(state).lines;
	assert.equal(second.colour, first.colour, "the colour stays");
});

test("of people, only what is new is announced, and once", () => {
	const state = welcomed();
	const news = () => takeNews(current(state));
	assert.deepEqual(news(), { entered: [], left: [], joined: 0, gone: 0 }, "not the user");
	receiveAll(state, join("eve"), join("dan"));
	assert.deepEqual(news().entered, ["eve", "dan"]);
	receiveAll(state, join("fay"), leave("eve"));
	const { entered, left } = news();
	assert.deepEqual([entered, left], [["fay"], ["eve"]]);
	assert.deepEqual(news().entered, []);
});
