// Copies messages as they were typed, and several as `[12:04] ann: text`, one per line. Of the first
// and the last one only what is selected is copied.

import { formatStamp } from "../i18n/times.js";
import { timeOf } from "./line.js";

// What is in a line, but not in its text: buttons of failed messages, and what the page says of it.
const EXTRAS = ".inline-button, .copy-code, .state";

/** The selection as it is to be copied; "" if it is outside of the messages. */
export function copiedText(log, selection) {
	if (selection.rangeCount === 0 || selection.isCollapsed)
		return "";
	const range = selection.getRangeAt(0);
	const lines = [...log.querySelectorAll(".line")].filter((line) => range.intersectsNode(line) && line.offsetParent !== null);
	const parts = lines.map((line) => ({ line, text: selectedIn(line.querySelector(".text"), range) })).filter(({ text }) => text !== "");
	if (parts.length < 2)
		return parts[0]?.text ?? "";
	return parts.map(({ line, text }) => `[${formatStamp(timeOf(line))}] ${senderOf(line)}${text}`).join("\n");
}

function senderOf(line) {
	const sender = line.querySelector(".sender .nick")?.textContent;
	return sender ? `${sender}: ` : "";
}

// Hidden signs of markup at the beginning and the end are selected with what they stand before or after.
function selectedIn(text, range) {
	const part = document.createRange();
	part.selectNodeContents(text);
	const [before, after] = [part.cloneRange(), part.cloneRange()];
	if (text.contains(range.startContainer))
		before.setEnd(range.startContainer, range.startOffset);
	else
		before.collapse(true);
	if (text.contains(range.endContainer))
		after.setStart(range.endContainer, range.endOffset);
	else
		after.collapse(false);
	if (visibleIn(before) !== "")
		part.setStart(before.endContainer, before.endOffset);
	if (visibleIn(after) !== "")
		part.setEnd(after.startContainer, after.startOffset);
	return contentOf(part, EXTRAS).trimEnd();
}

function visibleIn(range) {
	return contentOf(range, `${EXTRAS}, .syntax`).trim();
}

function contentOf(range, without) {
	const content = range.cloneContents();
	// Of what is selected in part, there may be a sign at the beginning and none at the end.
	for (const partly of content.querySelectorAll("code, strong, em, .code-block"))
		if (partly.querySelectorAll(":scope > .syntax").length === 1)
			partly.querySelector(":scope > .syntax").remove();
	for (const extra of content.querySelectorAll(without))
		extra.remove();
	return content.textContent;
}

export function copyAsLines(log) {
	log.addEventListener("copy", (event) => {
		const text = copiedText(log, getSelection());
		if (text === "")
			return;
		event.clipboardData.setData("text/plain", text);
		event.preventDefault();
	});
}
