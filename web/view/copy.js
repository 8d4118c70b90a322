// Copies several messages as `[12:04] ann: text`, one per line.

import { formatStamp } from "../i18n/times.js";
import { timeOf } from "./line.js";

/** The lines of the log that the selection touches, as text; "" if it is within one line. */
export function copiedText(log, selection) {
	if (selection.rangeCount === 0 || selection.isCollapsed)
		return "";
	const range = selection.getRangeAt(0);
	const lines = [...log.querySelectorAll(".line")].filter((line) => range.intersectsNode(line) && line.offsetParent !== null);
	return lines.length < 2 ? "" : lines.map(textOf).join("\n");
}

function textOf(line) {
	const sender = line.querySelector(".sender .nick")?.textContent;
	const text = line.querySelector(".text").cloneNode(true);
	// The buttons of a failed message are no part of its text.
	for (const button of text.querySelectorAll(".inline-button"))
		button.remove();
	return `[${formatStamp(timeOf(line))}] ${sender ? `${sender}: ` : ""}${text.textContent.trimEnd()}`;
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
