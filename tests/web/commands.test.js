import assert from "node:assert/strict";
import test from "node:test";
import { page } from "./load.js";

const { commandNames, parse } = await page("model/commands.js");

test("what does not start with a slash is said, as it is", () => {
	assert.deepEqual(parse("hello  there "), { do: "say", text: "hello  there " });
	assert.deepEqual(parse("say /who"), { do: "say", text: "say /who" });
});

test("two slashes are said as one, and /say says commands", () => {
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

test("what the page does not know, and what lacks an argument, is the server's to answer", () => {
	for (const line of ["/who", "/rooms", "/help me", "/foo bar", "/msg chris", "/me", "/join", "/", "/toString", "/constructor x"])
		assert.deepEqual(parse(line), { do: "command", line });
});

test("every command of the house can be completed", () => {
	for (const name of "login nick say me msg message join leave rooms list look names who topic help logout quit q".split(" "))
		assert.ok(commandNames.includes(`/${name}`), name);
});
