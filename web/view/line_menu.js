// The menu of a message: a button at the end of the row that is pointed at, touched or, by the keyboard,
// gone to. There is one button, which moves: a button in each of 1,000 rows would cost too much.

import { formatTime } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { element, icon } from "./dom.js";
import { openMenu } from "./menu.js";

const ROWS = ":is(.chat, .emote, .direct):not(.pending)";

/** log: the element that scrolls; lineOf(row) is the line of a row, itemsOf(line) are the items of its menu. */
export function createLineMenu(log, lineOf, itemsOf) {
	const button = element("button", {
		"id": "line-menu", "type": "button", "className": "icon-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-live": "off",
	}, icon("more"));
	const rowOf = (at) => at.closest?.(`#messages > .line${ROWS}`) ?? null;

	log.addEventListener("pointerover", ({ target }) => isFree() && rowOf(target) && moveTo(rowOf(target)));
	log.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && isFree() && button.remove());
	button.addEventListener("click", open);
	log.addEventListener("keydown", (event) => {
		const row = goneTo(event);
		if (!row || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		event.stopPropagation();
		moveTo(row);
		button.focus();
		row.scrollIntoView({ block: "nearest" });
		if (isMenuKey(event))
			open();
	});

	function isFree() {
		return button.getAttribute("aria-expanded") === "false" && document.activeElement !== button;
	}

	function moveTo(row) {
		const line = lineOf(row);
		if (!line || button.parentElement === row)
			return;
		row.append(button);
		const label = t("messageMenu", { nick: line.nick, time: formatTime(line.time) });
		Object.assign(button, { title: label, ariaLabel: label });
	}

	function open() {
		const line = lineOf(button.parentElement);
		if (line)
			openMenu(button, button.title, itemsOf(line));
	}

	// The row that a key leads to, if it is one of the keys for this.
	function goneTo({ key, shiftKey, target }) {
		const at = rowOf(target);
		if (isMenuKey({ key, shiftKey }))
			return at ?? lastInView();
		if (target === button && (key === "ArrowUp" || key === "ArrowDown"))
			return neighbour(at, key === "ArrowUp" ? -1 : 1);
		if (key !== "ArrowRight")
			return null;
		return target === log ? lastInView() : target.matches("button.nick") ? at : null;
	}

	function neighbour(at, step) {
		const rows = [...log.querySelectorAll(`#messages > .line${ROWS}`)];
		return rows[rows.indexOf(at) + step] ?? at;
	}

	function lastInView() {
		const { bottom } = log.getBoundingClientRect();
		return [...log.querySelectorAll(`#messages > .line${ROWS}`)].findLast((row) => row.getBoundingClientRect().bottom <= bottom + 1);
	}
}

function isMenuKey({ key, shiftKey }) {
	return key === "ContextMenu" || (key === "F10" && shiftKey);
}
