// Finds the markup in a message: code, bold, italics, quotations, addresses. Returns a tree of nodes,
// of which the view makes elements. Nothing is lost: open + contents + close of all nodes, in order,
// is the text again. Takes linear time. What may be meant as plain text stays plain text.

import { splitLinks } from "./links.js";

const FENCE = /^```([\w+#.-]{0,20})[ \t]*\n|^```/u;
const FENCE_END = /```[ \t]*(?:\n|$)/gu;
const DELIMITER = /`+|\*+|_+/gu;
const WORD = /[\p{L}\p{N}]/u;
// What may stand before the beginning of bold and italics, and after their end.
const BEFORE = /[\s([{"'„“‚‘«‹»›–—¿¡*_]/u;
const AFTER = /[\s)\]}"'“”’»›«‹.,;:!?…–—*_]/u;
// What they may begin and end with.
const FIRST = /[\p{L}\p{N}\p{S}("'„“‚‘«»`[¿¡*_/@#]/u;
const LAST = /[\p{L}\p{N}\p{S})"'“”’»«.!?…`\]*_%/]/u;

/**
 * Nodes: { kind, open, close, text } for "text", "code", "fence" (with language) and "link" (with href,
 * shown); { kind, open, close, children } for "bold", "italic" and "quote".
 */
export function parseMessage(text) {
	const nodes = [];
	let at = 0;
	let closed = true; // there may be the end of a fence below
	while (at < text.length) {
		const fence = closed && text.startsWith("```", at) ? parseFence(text, at) : null;
		closed &&= fence !== undefined;
		const end = fence ? at + sourceOf([fence]).length : endOfLine(text, at);
		if (fence)
			nodes.push(fence);
		else
			addLine(nodes, text.slice(at, end));
		at = end;
	}
	return nodes;
}

/** The markup within a line: all but fences and quotations. */
export function parseInline(text) {
	const links = addresses(splitLinks(text));
	const delimiters = findDelimiters(text, links);
	if (links.length + delimiters.length === 0)
		return text === "" ? [] : [{ kind: "text", open: "", close: "", text }];
	const spans = outermost([...findCode(text, delimiters), ...links].sort((a, b) => a.from - b.from));
	return build(text, nest([...spans, ...findEmphasis(text, delimiters.filter(({ from }) => !isInside(spans, from)))]));
}

/** The text that the nodes were made of. */
export function sourceOf(nodes) {
	return nodes.map(({ open, close, text, children }) => open + (text ?? sourceOf(children)) + close).join("");
}

function endOfLine(text, from) {
	const end = text.indexOf("\n", from);
	return end < 0 ? text.length : end + 1;
}

// undefined: no fence ends anywhere below. null: this is not a fence.
function parseFence(text, at) {
	const [start, language = ""] = FENCE.exec(text.slice(at, at + 40));
	FENCE_END.lastIndex = at + start.length;
	const end = FENCE_END.exec(text);
	if (!end)
		return undefined;
	let code = text.slice(at + start.length, end.index);
	const newline = code.endsWith("\n") ? "\n" : "";
	code = code.slice(0, code.length - newline.length);
	return code.trim() === "" ? null : { kind: "fence", open: start, close: newline + end[0], text: code, language };
}

function addLine(nodes, line) {
	const [marker] = /^> ?(?=\n|$)|^> /u.exec(line) ?? [""];
	if (marker === "")
		return pushAll(nodes, parseInline(line));
	const last = nodes.at(-1);
	const quote = last?.kind === "quote" ? last : { kind: "quote", open: "", close: "", children: [] };
	if (quote !== last)
		nodes.push(quote);
	quote.children.push({ kind: "text", open: marker, close: "", text: "" });
	pushAll(quote.children, parseInline(line.slice(marker.length)));
}

// As arguments of push, there could be too many for the stack.
function pushAll(nodes, more) {
	for (const node of more)
		nodes.push(node);
}

// Runs of backticks, asterisks and underscores outside of addresses: { from, to, mark }.
function findDelimiters(text, links) {
	const found = [];
	for (const { 0: mark, index } of text.matchAll(DELIMITER))
		if (!isInside(links, index))
			found.push({ mark, from: index, to: index + mark.length });
	return found;
}

function addresses(pieces) {
	const spans = [];
	let from = 0;
	for (const { text, href, shown } of pieces) {
		if (href)
			spans.push({ kind: "link", from, to: from + text.length, inner: 0, href, shown });
		from += text.length;
	}
	return spans;
}

// Whether the place is within one of the spans, which are in order.
function isInside(spans, place) {
	let [low, high] = [0, spans.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (spans[middle].to <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low < spans.length && spans[low].from <= place;
}

// A code span begins after no letter and ends at the next run of as many backticks, with no space inside.
function findCode(text, delimiters) {
	const ticks = delimiters.filter(({ mark }) => mark[0] === "`");
	const next = new Map();
	for (const tick of [...ticks].reverse()) {
		tick.end = next.get(tick.mark);
		if (!/\s/u.test(text[tick.from - 1] ?? " "))
			next.set(tick.mark, tick);
	}
	const spans = [];
	let free = 0;
	for (const { from, to, mark, end } of ticks) {
		if (from < free || !end || /\s/u.test(text[to]) || WORD.test(text[from - 1] ?? " "))
			continue;
		spans.push({ kind: "code", from, to: end.to, inner: mark.length });
		free = end.to;
	}
	return spans;
}

// Of spans in order, those that are not within an earlier one.
function outermost(spans) {
	let free = 0;
	return spans.filter(({ from, to }) => from >= free && (free = to));
}

const KINDS = { "**": "bold", "*": "italic", "_": "italic" };

// Pairs each closing delimiter with the last opening one of its kind; what was opened in between is plain text.
function findEmphasis(text, delimiters) {
	const open = new Map();
	const spans = [];
	for (const { mark, from, to } of delimiters) {
		if (!Object.hasOwn(KINDS, mark))
			continue;
		const [before, after] = [charBefore(text, from), charAfter(text, to)];
		const start = open.get(mark);
		if (start !== undefined && LAST.test(before) && AFTER.test(after)) {
			spans.push({ kind: KINDS[mark], from: start, to, inner: mark.length });
			for (const [other, at] of [...open])
				if (at >= start)
					open.delete(other);
		} else if (BEFORE.test(before) && FIRST.test(after)) {
			open.set(mark, from);
		}
	}
	return spans;
}

// A space stands for the beginning and the end of the text.
function charBefore(text, at) {
	const low = text.charCodeAt(at - 1);
	const pair = low >= 0xdc00 && low < 0xe000 && at > 1;
	return at === 0 ? " " : String.fromCodePoint(text.codePointAt(pair ? at - 2 : at - 1));
}

function charAfter(text, at) {
	return at >= text.length ? " " : String.fromCodePoint(text.codePointAt(at));
}

// The spans as a tree: each has those within it as .inside.
function nest(spans) {
	const root = { to: Infinity, inside: [] };
	const path = [root];
	for (const span of spans.sort((a, b) => a.from - b.from || b.to - a.to)) {
		while (path.at(-1).to <= span.from)
			path.pop();
		span.inside = [];
		path.at(-1).inside.push(span);
		path.push(span);
	}
	return root.inside;
}

function build(text, spans, from = 0, to = text.length) {
	const nodes = [];
	let at = from;
	const plain = (end) => end > at && nodes.push({ kind: "text", open: "", close: "", text: text.slice(at, end) });
	for (const span of spans) {
		plain(span.from);
		nodes.push(nodeOf(text, span));
		at = span.to;
	}
	plain(to);
	return nodes;
}

function nodeOf(text, { kind, from, to, inner, inside, href, shown }) {
	const [start, end] = [from + inner, to - inner];
	const made = { kind, open: text.slice(from, start), close: text.slice(end, to) };
	if (kind === "link")
		return { ...made, text: text.slice(start, end), href, shown };
	if (kind === "code")
		return { ...made, text: text.slice(start, end) };
	return { ...made, children: build(text, inside, start, end) };
}
