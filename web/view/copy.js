// Several messages copied together come as `[12:04] ann: text`, a line each.

import { hourOf } from "../times.js";

/** The lines of the log that the selection touches, as text; "" when it is within one. */
export function copiedText(log, selection) {
	if (selection.rangeCount === 0 || selection.isCollapsed)
		return "";
	const range = selection.getRangeAt(0);
	const lines = [...log.querySelectorAll(".line")].filter((line) => range.intersectsNode(line) && line.offsetParent !== null);
	return lines.length < 2 ? "" : lines.map(textOf).join("\n");
}

function textOf(line) {
	const time = hourOf(Date.parse(line.querySelector("time").dateTime));
	const who = line.querySelector(".who .nick")?.textContent;
	return `[${time}] ${who ? `${who}: ` : ""}${line.querySelector(".text").textContent}`;
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
