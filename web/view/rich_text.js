// Makes elements of a message's markup. The signs of the markup stay in the document, hidden, so that
// its text is what was typed: that is what is copied. Does not know which signs there are.

import { t } from "../i18n/translate.js";
import { splitLinks } from "../lib/links.js";
import { parseInline, parseMessage } from "../lib/markdown.js";
import { splitMentions } from "../lib/names.js";
import { parseRoomAddress } from "../lib/room_address.js";
import { element, icon } from "./dom.js";

const TAGS = { code: "code", bold: "strong", italic: "em", quote: "blockquote" };

/** A message: with code over several lines, and quotations. called: a name to be marked in it, if there is one. */
export function richText(text, called) {
	return parseMessage(text).flatMap((node) => elementsOf(node, called));
}

/** A text of one line. */
export function richLine(text, called) {
	return parseInline(text).flatMap((node) => elementsOf(node, called));
}

/** A text with its addresses as links, and no other markup. */
export function linked(text) {
	return splitLinks(text).map((piece) => piece.href ? linkOf(piece) : piece.text);
}

function elementsOf(node, called) {
	if (node.kind === "link")
		return [linkOf(node)];
	if (node.kind === "fence")
		return [fenceOf(node)];
	const inside = node.children ? node.children.flatMap((child) => elementsOf(child, called)) : textOf(node, called);
	const all = [...syntax(node.open), ...inside, ...syntax(node.close)];
	return node.kind === "text" ? all : [element(TAGS[node.kind], {}, ...all)];
}

function textOf({ kind, text }, called) {
	if (called === undefined || kind !== "text")
		return [text].filter(Boolean);
	return splitMentions(text, called).map((piece) => piece.mention ? element("mark", { textContent: piece.text }) : piece.text);
}

function syntax(signs) {
	return signs === "" ? [] : [element("span", { className: "syntax", textContent: signs })];
}

function fenceOf({ open, close, text }) {
	const copy = element("button", { "type": "button", "className": "icon-button copy-code", "title": t("copyCode"), "aria-label": t("copyCode") }, icon("copy"));
	return element("div", { className: "code-block" }, ...syntax(open),
		element("pre", { tabIndex: 0 }, element("code", { textContent: text })), ...syntax(close), copy);
}

function linkOf({ text, href, shown }) {
	const link = element("a", { href }, ...(shown ? syntax(text) : [text]));
	// The style sheet shows this in place of the text, which could be taken for another address.
	if (shown)
		link.dataset.shown = shown;
	const { room, id } = addressOf(href);
	if (room === "")
		Object.assign(link, { target: "_blank", rel: "noopener noreferrer nofollow" });
	else
		Object.assign(link.dataset, { room, message: String(id) });
	return link;
}

// The room and the message, if the address is one of this page.
function addressOf(href) {
	const url = new URL(href);
	const isHere = url.origin === location.origin && url.pathname === location.pathname;
	return parseRoomAddress(isHere ? url.hash : "");
}
