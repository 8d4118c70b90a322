// Several messages copied together come as `[12:04] ann: text`, a line each.

import { stampOf } from "../i18n/times.js";
import { timeOf } from "./line.js";

/** The lines of the log that the selection touches, as text; "" when it is within one. */
export function copiedText(log, selection) {
	if (selection.rangeCount === 0 || selection.isCollapsed)
		return "";
	const range = selection.getRangeAt(0);
	const lines = [...log.querySelectorAll(".line")].filter((line) => range.intersectsNode(line) && line.offsetParent !== null);
	return lines.length < 2 ? "" : lines.map(textOf).join("\n");
}

function textOf(line) {
	const who = line.querySelector(".who .nick")?.textContent;
	const said = line.querySelector(".text").cloneNode(true);
	// What can be done about it is no part of what was said.
	for (const button of said.querySelectorAll("button"))
		button.remove();
	return `[${stampOf(timeOf(line))}] ${who ? `${who}: ` : ""}${said.textContent.trimEnd()}`;
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
