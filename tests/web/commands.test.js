import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { commandNames, parse } = await load("model/commands.js");

test("a line without a slash is a message, unchanged", () => {
	assert.deepEqual(parse("hello  there "), { do: "say", text: "hello  there " });
	assert.deepEqual(parse("say /who"), { do: "say", text: "say /who" });
});

test("two slashes begin a message with one slash, and /say sends anything as a message", () => {
	assert.deepEqual(parse("//who"), { do: "say", text: "/who" });
	assert.deepEqual(parse("/say /who"), { do: "say", text: "/who" });
});

test("commands with their arguments", () => {
	assert.deepEqual(parse("/me goes out"), { do: "emote", text: "goes out" });
	assert.deepEqual(parse("/msg chris are you\ncoming?"), { do: "direct", to: "chris", text: "are you\ncoming?" });
	assert.deepEqual(parse("/message chris hi"), { do: "direct", to: "chris", text: "hi" });
	assert.deepEqual(parse("/JOIN tea "), { do: "join", room: "tea" });
	assert.deepEqual(parse("/leave"), { do: "leave", room: "" });
	assert.deepEqual(parse("/look"), parse("/names"));
	assert.deepEqual(parse("/topic"), { do: "topic", text: "" });
	for (const line of ["/q", "/quit", "/logout"])
		assert.deepEqual(parse(line), { do: "quit" });
});

test("a command that the page does not know, or that lacks an argument, is sent to the server", () => {
	for (const line of ["/who", "/rooms", "/help me", "/foo bar", "/msg chris", "/me", "/join", "/", "/toString", "/constructor x"])
		assert.deepEqual(parse(line), { do: "command", line });
});

test("every command can be completed", () => {
	for (const name of "login nick say me msg message join leave rooms list look names who topic help logout quit q".split(" "))
		assert.ok(commandNames.includes(`/${name}`), name);
});
