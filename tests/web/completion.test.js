import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS } from "./fixture.js";
import { load } from "./load.js";

const { createCompleter, replaceWord, suggestions } = await load("model/completion.js");

const known = { nicks: ["dilbert", "Dana", "ann"], rooms: ["tea", "main"], commands: COMMANDS };

test("a nick at the start of a line gets a colon, elsewhere a space", () => {
	assert.deepEqual(createCompleter()("an", 2, known), { text: "ann: ", caret: 5 });
	assert.deepEqual(createCompleter()("ask an now", 6, known), { text: "ask ann  now", caret: 8 });
});

test("Tab again cycles through the choices, in order of preference", () => {
	const complete = createCompleter();
	const texts = [];
	for (let done = { text: "D", caret: 1 }; texts.length < 3;) {
		done = complete(done.text, done.caret, known);
		texts.push(done.text);
	}
	assert.deepEqual(texts, ["dilbert: ", "Dana: ", "dilbert: "]);
});

test("Tab keeps its usual effect if there is nothing (more) to complete", () => {
	const complete = createCompleter();
	assert.equal(complete("", 0, known), null);
	assert.equal(complete("hello ", 6, known), null);
	assert.equal(complete("zz", 2, known), null);
	const { text, caret } = complete("an", 2, known);
	assert.equal(complete(text, caret, known), null, "the only choice is not offered twice");
});

/** What Tab offers, one after the other, until it begins anew. */
function choices(text) {
	const complete = createCompleter();
	const found = [];
	for (let done = complete(text, text.length, known); done !== null && !found.includes(done.text); done = complete(done.text, done.caret, known))
		found.push(done.text);
	return found;
}

test("commands and their aliases are completed at the start of a line", () => {
	assert.deepEqual(choices("/j"), ["/join "]);
	assert.deepEqual(choices("/m"), ["/me ", "/message ", "/msg "]);
	assert.deepEqual(choices("/q"), ["/q ", "/quit "]);
	assert.deepEqual(choices("say /j"), []);
});

test("every command and alias of the server's table can be completed", () => {
	for (const name of COMMANDS.filter((command) => command.name !== "login").flatMap((command) => [command.name, ...command.aliases]))
		assert.ok(choices(`/${name}`).includes(`/${name} `), name);
	assert.deepEqual(choices("/logi"), [], "who types here is logged in");
});

test("what follows a command is completed by its parameters", () => {
	assert.deepEqual(choices("/join t"), ["/join tea "]);
	assert.deepEqual(choices("/leave m"), ["/leave main "]);
	assert.deepEqual(choices("/msg an"), ["/msg ann "]);
	assert.deepEqual(choices("/tell an"), ["/tell ann "]);
	assert.deepEqual(choices("/me pours for an"), ["/me pours for ann "]);
	assert.deepEqual(choices("/help wh"), ["/help who "]);
	assert.deepEqual(choices("/foo an"), ["/foo ann "]);
});

test("words are completed and suggested in any case", () => {
	assert.deepEqual(choices("/J"), ["/join "]);
	assert.deepEqual(choices("/Join T"), ["/Join tea "]);
	assert.deepEqual(choices("/MSG DI"), ["/MSG dilbert "]);
	assert.deepEqual(suggestions("/Wh", 3, known).map(({ value }) => value), ["/who "]);
	assert.deepEqual(suggestions("/WHO", 4, known), [], "it is complete");
	assert.deepEqual(suggestions("@DA", 3, known).map(({ value }) => value), ["@Dana "]);
});

test("a nick after an @ is completed", () => {
	assert.equal(createCompleter()("ask @di", 7, known).text, "ask @dilbert ");
	assert.equal(createCompleter()("@A", 2, known).text, "@ann ");
});

test("an @ suggests people, a # rooms, and a slash commands with their help", () => {
	const shown = (typed) => suggestions(typed, typed.length, known).map((suggestion) => suggestion.shown);
	assert.deepEqual(shown("hi @d"), ["@dilbert", "@Dana"]);
	assert.deepEqual(shown("@"), ["@dilbert", "@Dana", "@ann"]);
	assert.deepEqual(shown("in #"), ["#tea", "#main"]);
	assert.deepEqual(shown("#T"), ["#tea"]);
	assert.deepEqual(suggestions("/ms", 3, known), [{ value: "/msg ", shown: "/msg NAME TEXT", about: "tell it to one person alone" }]);
	assert.deepEqual(shown("/m"), ["/me ACTION", "/msg NAME TEXT"]);
	assert.deepEqual(shown("/mes"), ["/message NAME TEXT"], "an alias, where the name does not fit");
	assert.deepEqual(shown("/l"), ["/leave [ROOM]", "/look", "/list", "/logout"], "in the order of the table");
	assert.equal(shown("/").length, COMMANDS.length - 1, "all but /login");
	for (const typed of ["d", "hi d", "@ann", "#TEA", "C#", "# d", "/me", "/topic ", "/me d", "/msg ann d", "a /m", "/who", "//m", "mail@d x"])
		assert.deepEqual(shown(typed), [], typed);
	assert.deepEqual(shown("/msg "), ["dilbert", "Dana", "ann"]);
	assert.deepEqual(shown("/tell D"), ["dilbert", "Dana"]);
	assert.deepEqual(shown("/join "), ["tea", "main"]);
	assert.deepEqual(shown("/join te"), ["te", "tea"], "a new room before others whose names begin like it");
	assert.deepEqual([shown("/join tea"), shown("/join tea "), shown("/leave "), shown("/leave t")], [[], [], [], ["tea"]]);
	assert.deepEqual(replaceWord("hi @d there", 5, "@Dana "), { text: "hi @Dana  there", caret: 9 });
});
