// The rows of the messages in the document: one for each line, with dividers above the first of a day
// and the first that is unread. Keeps them as the lines are, with as few changes as possible, so that
// the focus and the selection stay. Does not know where the view is scrolled to.

import { formatDay } from "../i18n/times.js";
import { dayElement, gapElement, lineElement, newElement } from "./line.js";

const PAUSE = 5 * 60 * 1000; // after which a sender's name is shown again, in ms

/** Whether a line need not show the sender's name, since the one before it, of the same day, does. */
export function continuesGroup(line, last, isSameDay = () => formatDay(line.time) === formatDay(last.time)) {
	return (line.kind === "chat" || line.kind === "direct") && line.kind === last?.kind && line.nick === last.nick
		&& line.colour === last.colour && !line.elsewhere && line.time - last.time < PAUSE && isSameDay();
}

/** parent: the element that has the rows, and nothing else. */
export function createRows(parent) {
	let drawn = [];          // lines, in the order of their rows
	let made = new Map();    // line -> { row, day }
	let version = 0;
	let firstUnread = null;

	return { begin, draw, last: () => drawn.at(-1) ?? null, rowOf, lineOf: (row) => drawn.find(({ seq }) => String(seq) === row.dataset.seq) };

	function begin({ linesVersion, firstUnread: first }) {
		parent.replaceChildren();
		drawn = [];
		made = new Map();
		version = linesVersion;
		firstUnread = first;
	}

	function rowOf(seq) {
		return made.get(drawn.find((line) => line.seq === seq))?.row;
	}

	/** Draws at most `most` more lines at the end; returns the lines that were added there. */
	function draw(conversation, most) {
		const { lines, linesVersion } = conversation;
		if (firstUnread !== conversation.firstUnread)
			parent.querySelector(".divider.new")?.remove();
		firstUnread = conversation.firstUnread;
		if (version === linesVersion)
			dropFirst(lines);
		else
			arrange(lines.slice(0, endOfDrawn(lines)));
		version = linesVersion;
		return append(lines, most);
	}

	function endOfDrawn(lines) {
		return lines.findLastIndex((line) => made.has(line)) + 1;
	}

	function dropFirst(lines) {
		let count = 0;
		while (count < drawn.length && drawn[count] !== lines[0])
			drop(drawn[count++]);
		if (count === 0)
			return;
		drawn.splice(0, count);
		while (parent.firstElementChild?.matches(".divider"))
			parent.firstElementChild.remove();
		if (drawn.length > 0)
			parent.prepend(...piecesOf(drawn[0], null, "", true).slice(0, -1));
	}

	function drop(line) {
		made.get(line).row.remove();
		made.delete(line);
	}

	// Makes the rows those of these lines.
	function arrange(lines) {
		const wanted = new Set(lines);
		drawn.filter((line) => !wanted.has(line)).forEach(drop);
		for (const divider of parent.querySelectorAll(":scope > .divider"))
			divider.remove();
		let place = parent.firstElementChild;
		let day = "";
		lines.forEach((line, i) => {
			for (const piece of piecesOf(line, lines[i - 1], day, true))
				if (piece === place)
					place = place.nextElementSibling;
				else
					parent.insertBefore(piece, place);
			day = made.get(line).day || day;
		});
		drawn = lines;
	}

	function append(lines, most) {
		const from = drawn.length === 0 ? 0 : lines.lastIndexOf(drawn.at(-1)) + 1;
		const added = lines.slice(from, from + most);
		const pieces = document.createDocumentFragment();
		let day = made.get(drawn.findLast(({ kind }) => kind !== "gap"))?.day ?? "";
		for (const line of added) {
			pieces.append(...piecesOf(line, drawn.at(-1), day, line.stored));
			day = made.get(line).day || day;
			drawn.push(line);
		}
		parent.append(pieces);
		return added;
	}

	// The row with the dividers above it; day: that of the line before. isQuiet: not to be read out.
	function piecesOf(line, last, dayBefore, isQuiet) {
		const isUnread = line.seq === firstUnread;
		if (!made.has(line))
			made.set(line, make(line));
		const { row, day } = made.get(line);
		row.classList.toggle("same", !isUnread && continuesGroup(line, last, () => day === dayBefore));
		const dividers = [day !== "" && day !== dayBefore && dayElement(line.time), isUnread && newElement()].filter(Boolean);
		if (isQuiet)
			dividers.forEach((divider) => divider.setAttribute("aria-live", "off"));
		return [...dividers, row];
	}
}

function make(line) {
	const isGap = line.kind === "gap";
	const row = isGap ? gapElement(line) : lineElement(line);
	row.dataset.seq = String(line.seq);
	return { row, day: isGap ? "" : formatDay(line.time) };
}
