// The markup of messages: what is found, and what is not.

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { parseInline, parseMessage, sourceOf } = await load("lib/markdown.js");

/** The nodes in short: text as it is, all else as kind(contents). */
function short(nodes) {
	return nodes.map(({ kind, text, children }) => kind === "text" ? text : `${kind}(${text ?? short(children)})`).join("");
}

const shows = (text, wanted) => {
	assert.equal(short(parseMessage(text)), wanted, text);
	assert.equal(sourceOf(parseMessage(text)), text);
};

test("code, bold, italics and quotations are found", () => {
	shows("run `make -j2 check` now", "run code(make -j2 check) now");
	shows("``a ` b``", "code(a ` b)");
	shows("**bold** and *soft* and _soft_, **both: _x_**.", "bold(bold) and italic(soft) and italic(soft), bold(both: italic(x)).");
	shows("(**so**)", "(bold(so))");
	shows("„**so**“ *„so“*", "„bold(so)“ italic(„so“)");
	shows("**C++** _50 %_ *really?*", "bold(C++) italic(50 %) italic(really?)");
	shows("**日本** *привет* _é_", "bold(日本) italic(привет) italic(é)");
	shows("`a`, `b`s", "code(a), code(b)s");
	shows("> shall we?\n> `now`?\nYes", "quote(shall we?\ncode(now)?\n)Yes");
	shows("ten > 9\n>:( no\n>>> x = 1", "ten > 9\n>:( no\n>>> x = 1");
});

test("a fence is code, with or without a language", () => {
	assert.deepEqual(parseMessage("see\n```c\nint *a, *b;\n```\nok").map(({ kind, text, language, open, close }) => [kind, text, language, open, close]),
		[["text", "see\n", undefined, "", ""], ["fence", "int *a, *b;", "c", "```c\n", "\n```\n"], ["text", "ok", undefined, "", ""]]);
	shows("```\n> **x** https://a.example\n\n_y_\n```", "fence(> **x** https://a.example\n\n_y_)");
	shows("```one line```", "fence(one line)");
	shows("```int x;\nint y;```", "fence(int x;\nint y;)");
	shows("```\nnever closed", "```\nnever closed");
	shows("```\n\n```", "```\n\n```");
});

test("nothing becomes markup by accident", () => {
	for (const text of [
		"snake_case_name and _private", "__init__ and __name__", "a * b * c", "2*3*4 = 24", "2 * 3 * 4", "ls *.c *.h", "glob*.c and *.h", "(*.c,*.h)",
		"int *p, *q;", "char **argv; char **envp;", "f(a *b)", "don`t and can`t", "a lone ` backtick", "`quoted' and `more'", "``", "` `", "****", "**", "* * *", "***", "___", "_ _",
		"* one\n* two", "- a\n- b", "¯\\_(ツ)_/¯", "/\\_/\\\n( o.o )\n > ^ <", "*<|:-)", "o_O O_o", "^_^ -_-", "5 > 4", "x=_a+b_c", "a_b_ c_d_", "x **2 + y **2", "**not\nhere**", "`not\nhere`",
		"C:\\dir\\*.* and D:\\*.*", "/usr/_x_/y", "@_ann_", "~/.*rc .*", "f*** and s***", "** bold **", "_a", "b_", "*",
	])
		shows(text, text);
});

test("addresses are not looked into, and in code they are none", () => {
	shows("https://a.example/x_y_z*_q and _https://b.example/_", "link(https://a.example/x_y_z*_q) and italic(link(https://b.example/))");
	shows("`https://a.example` **https://b.example**", "code(https://a.example) bold(link(https://b.example))");
	shows("*see https://a.example/a*b*", "italic(see link(https://a.example/a*b))");
	shows("https://a.example/`x` y", "link(https://a.example/)code(x) y");
});

test("whatever the text, nothing of it is lost", () => {
	const parts = ["`", "``", "```", "*", "**", "***", "_", "__", "\n", "> ", ">", " ", "a", "é", "😀", "\ud83d", "https://a.example/_", "www.b.example", "(", ")", ".", "x y", "```c\n", "\t", "“", "\u0301"];
	let seed = 1;
	const random = (below) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
	for (let i = 0; i < 20_000; i++) {
		const text = Array.from({ length: random(24) }, () => parts[random(parts.length)]).join("");
		assert.equal(sourceOf(parseMessage(text)), text, JSON.stringify(text));
		assert.equal(sourceOf(parseInline(text)), text, JSON.stringify(text));
	}
});

test("the time is linear", () => {
	for (const part of ["`", "`` ` ", "*a ", "**a _b ", "_a", "a* ", "```\n", "> ", "(", "https://a.example/((((", "https://a.example/x))))", "https://a.example/____", "www.", "`a` *b* "]) {
		const text = part.repeat(50_000);
		const began = performance.now();
		parseMessage(text);
		const took = performance.now() - began;
		assert.ok(took < 5000, `${JSON.stringify(part)}: ${took.toFixed(0)} ms`);
	}
});
