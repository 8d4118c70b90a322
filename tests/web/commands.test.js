import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS } from "./fixture.js";
import { load } from "./load.js";

const { OWN_COMMANDS, findCommand, parse, usageOf } = await load("model/commands.js");

for (const [whose, commands] of [["the server's", COMMANDS], ["the page's own", OWN_COMMANDS]]) {
	const parsed = (line) => parse(line, commands);

	test(`with ${whose} table, a line without a slash is a message, unchanged`, () => {
		assert.deepEqual(parsed("hello  there "), { do: "say", text: "hello  there " });
		assert.deepEqual(parsed("say /who"), { do: "say", text: "say /who" });
	});

	test(`with ${whose} table, two slashes begin a message with one slash, and /say sends anything as a message`, () => {
		assert.deepEqual(parsed("//who"), { do: "say", text: "/who" });
		assert.deepEqual(parsed("/say /who"), { do: "say", text: "/who" });
	});

	test(`with ${whose} table, commands are parsed with their arguments`, () => {
		assert.deepEqual(parsed("/me goes out"), { do: "emote", text: "goes out" });
		assert.deepEqual(parsed("/msg chris are you\ncoming?"), { do: "direct", to: "chris", text: "are you\ncoming?" });
		assert.deepEqual(parsed("/message chris hi"), { do: "direct", to: "chris", text: "hi" });
		assert.deepEqual(parsed("/join tea "), { do: "join", room: "tea" });
		assert.deepEqual(parsed("/leave"), { do: "leave", room: "" });
		assert.deepEqual(parsed("/look"), { do: "names" });
		assert.deepEqual(parsed("/names"), { do: "names" });
		assert.deepEqual(parsed("/topic"), { do: "topic", text: "" });
		for (const line of ["/q", "/quit", "/logout"])
			assert.deepEqual(parsed(line), { do: "quit" });
	});

	test(`with ${whose} table, help is the page's own`, () => {
		assert.deepEqual(parsed("/help me"), { do: "help", word: "me" });
		assert.deepEqual(parsed("/help"), { do: "help", word: "" });
	});

	test(`with ${whose} table, command words are known in any case`, () => {
		assert.deepEqual(parsed("/JOIN Tea"), { do: "join", room: "Tea" });
		assert.deepEqual(parsed("/Msg Chris Hi"), { do: "direct", to: "Chris", text: "Hi" });
		assert.deepEqual(parsed("/Names"), { do: "names" });
		assert.deepEqual(parsed("/QUIT"), { do: "quit" });
		assert.deepEqual(parsed("/WHO"), { do: "command", line: "/WHO" }, "the server gets what was typed");
	});

	test(`with ${whose} table, a command that the page does not do, or that lacks an argument, is sent as typed`, () => {
		for (const line of ["/who", "/rooms", "/nick bob", "/foo bar", "/msg chris", "/me", "/say", "/join", "/", "/toString", "/constructor x"])
			assert.deepEqual(parsed(line), { do: "command", line });
	});
}

for (const commands of [COMMANDS, OWN_COMMANDS]) {
	test(`what is pasted is a message (${commands.length} commands)`, () => {
		for (const text of ["/quit is what you type\nto leave", "/etc/hosts:\n127.0.0.1 localhost", "/etc/hosts", "/usr/bin/env python", "/logout\n\nx", "/join tea\nand more", "/foo\nbar", "/\n/"])
			assert.deepEqual(parse(text, commands), { do: "say", text }, text);
		assert.deepEqual(parse("/q\n", commands), { do: "quit" }, "the end of a copied line is no second line");
	});

	test(`what is meant for one person stays with one person (${commands.length} commands)`, () => {
		assert.deepEqual(parse("/msg bob one\ntwo", commands), { do: "direct", to: "bob", text: "one\ntwo" });
		for (const before of [" ", "\t", "\n", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u2066 ", " \u200e"])
			assert.deepEqual(parse(`${before}/msg bob secret`, commands), { do: "direct", to: "bob", text: "secret" }, escape(before));
		assert.deepEqual(parse("  //who", commands), { do: "say", text: "/who" });
		assert.deepEqual(parse("  who /msg", commands), { do: "say", text: "  who /msg" });
	});
}

test("the server's table says which aliases there are", () => {
	assert.deepEqual(parse("/tell bob hi", COMMANDS), { do: "direct", to: "bob", text: "hi" });
	assert.deepEqual(parse("/tell bob hi", OWN_COMMANDS), { do: "command", line: "/tell bob hi" });
	const turned = [{ name: "quit", aliases: ["logout"], params: [] }];
	assert.deepEqual(parse("/quit", turned), { do: "quit" }, "also where another of the names is the first");
});

test("the usage is made from the parameters", () => {
	const usage = (name) => usageOf(findCommand(COMMANDS, name), name);
	assert.deepEqual(["msg", "tell", "topic", "who"].map(usage), ["/msg NAME TEXT", "/tell NAME TEXT", "/topic [TEXT]", "/who"]);
});
