// Refusals are told in the page's own words, by their code; what has none in the server's.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS, NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { parse } = await load("model/commands.js");
const { refusalText } = await load("model/refusals.js");
const { COMMAND_HELP } = await load("i18n/command_help.js");
const { nearest } = await load("lib/nearest.js");

/** What is said when the server refuses a typed line with this code. */
function told(line, code, state = welcomed()) {
	const { packets: [packet] } = perform(state, parse(line, COMMANDS), NOON);
	receiveAll(state, { type: "error", code, message: "The server's words.", ref: packet.ref, about: packet.type });
	const last = state.conversations.get("room:main").lines.at(-1);
	return last.text === line ? last.reason : last.text;
}

test("each refusal names what it is about", () => {
	assert.equal(told("/msg zoe hi", "no-such-nick"), "Not sent: Nobody called “zoe” is online.");
	assert.equal(told("/nick bob", "nick-taken"), "The name “bob” is already in use.");
	assert.equal(told("/join a b", "room-invalid"), "“a b” can’t be the name of a room. Use 1 to 64 characters without spaces, none of #\u00a0@\u00a0:\u00a0,\u00a0*\u00a0!\u00a0/\u00a0\"\u00a0<\u00a0>.");
	assert.equal(told("/leave", "room-invalid"), "You can’t leave your only room. Join another one first.");
	assert.equal(told("/leave tea", "not-in-room"), "You are not in the room “tea”.");
	assert.equal(told("/topic x", "text-too-long"), "Too long (limit 100 bytes).");
	assert.equal(told("/me", "usage"), "Usage: /me ACTION");
});

test("what the page does not know is told in the server's words", () => {
	assert.equal(told("/who", "brand-new"), "The server's words.");
	assert.equal(told("/who", "constructor"), "The server's words.");
	assert.equal(refusalText(welcomed(), "no-such-nick", "Unasked."), "Unasked.");
	assert.equal(refusalText(welcomed(), "shutting-down", "x"), "The server is stopping.");
});

test("an unknown command is not sent, and the nearest is named", () => {
	const refused = (line) => perform(welcomed(), parse(line, COMMANDS), NOON);
	assert.deepEqual(refused("/hlep"), { packets: [], refused: "Unknown command /hlep. Did you mean /help?" });
	assert.deepEqual(refused("/frobnicate"), { packets: [], refused: "Unknown command /frobnicate. Type /help for a list." });
	assert.equal(refused("/help wohs").refused, "Unknown command /wohs. Did you mean /who?");
	assert.equal(refused("/help hwo").refused, "Unknown command /hwo. Did you mean /who?");
});

test("help lists the server's commands", () => {
	const state = welcomed();
	perform(state, parse("/help", COMMANDS), NOON);
	assert.equal(state.answer.commands.length, COMMANDS.length - 1, "all but /login");
	assert.deepEqual(state.answer.commands.find(({ usage }) => usage.startsWith("/msg")), { usage: "/msg NAME TEXT", about: "tell it to one person alone" });
	perform(state, parse("/help /msg", COMMANDS), NOON);
	assert.deepEqual(state.answer.commands.map(({ usage }) => usage), ["/msg NAME TEXT"]);
	assert.equal(state.conversations.get("room:main").lines.length, 1, "it is not left in the room");
});

test("every command of the server has its help in every other language", () => {
	for (const sentences of Object.values(COMMAND_HELP))
		for (const { name } of COMMANDS)
			assert.ok(sentences[name], name);
});

test("the nearest word is one or two letters away", () => {
	assert.equal(nearest("jion", ["join", "say"]), "join");
	assert.equal(nearest("leav", ["join", "leave"]), "leave");
	assert.equal(nearest("x", ["join"]), undefined);
	assert.equal(nearest("abc", []), undefined);
	assert.equal(nearest("", ["q"]), undefined);
});
