// The messages of the conversation in front: appends what is new, keeps the view at the
// bottom only if it was there, and else says how many came. Knows no packets.

import { KEPT_LINES, waitingIn } from "../model/state.js";
import { dayOf } from "../i18n/times.js";
import { say } from "../i18n/translate.js";
import { copyAsLines } from "./copy.js";
import { part, setText } from "./dom.js";
import { dayElement, lineElement, newElement, timeOf } from "./line.js";

const PAUSE = 5 * 60 * 1000; // after which a person is named again, in ms
const AT_ONCE = 40;          // lines added to those that are there: more would hold up a frame
const NEAR = 24;             // this close to the bottom is at the bottom, in pixels

const log = part("log");
const messages = part("messages");
const waiting = part("waiting");
const newer = part("newer");

export class Log {
	#lines = null;    // the array that is shown,
	#turn = 0;        // as it was then,
	#seq = 0;         // how far,
	#last = null;     // and its last line shown
	#newFrom = null;
	#refs = [];       // of what is shown as waiting
	#atBottom = true;
	#missed = 0;

	/** edit(text), retry(seq): somebody wants another try at what could not be sent. */
	constructor({ edit, retry }) {
		log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
		newer.addEventListener("click", () => this.#toBottom());
		messages.addEventListener("click", ({ target }) => {
			const { act, seq } = target.closest(".edit")?.dataset ?? {};
			const text = () => target.closest(".line").querySelector(".lost-text").textContent;
			if (act === "edit")
				edit(text());
			else if (act === "retry")
				retry(Number(seq));
			else if (act === "copy")
				navigator.clipboard?.writeText(text());
		});
		copyAsLines(messages);
		// What changes the room there is (a keyboard, a growing input) must not hide the last line.
		new ResizeObserver(() => this.#atBottom && this.#toBottom()).observe(log);
	}

	/** Says whether there is more to draw, for which it is to be called again soon. */
	draw(state, conversation) {
		const another = this.#lines !== conversation.lines;
		if (another)
			this.#begin(conversation);
		if (this.#newFrom !== conversation.newFrom)
			messages.querySelector(".divider.new")?.remove();
		this.#newFrom = conversation.newFrom;
		this.#takeOut(conversation);
		const added = this.#addLines(conversation.lines, another ? KEPT_LINES : AT_ONCE);
		const spoke = this.#drawWaiting(state, conversation);
		if (this.#atBottom || spoke)
			this.#toBottom();
		else
			this.#miss(this.#missed + added);
		return this.#seq < (conversation.lines.at(-1)?.seq ?? 0);
	}

	/** Scrolls by most of a screen: -1 up, 1 down. */
	page(direction) {
		log.scrollBy({ top: direction * log.clientHeight * 0.85 });
	}

	// Another conversation: all of it afresh, and nothing for a screen reader to read out.
	#begin({ kind, lines, linesTurn, newFrom }) {
		log.setAttribute("aria-live", "off");
		setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
		log.className = kind;
		messages.replaceChildren();
		waiting.replaceChildren();
		this.#lines = lines;
		this.#turn = linesTurn;
		this.#newFrom = newFrom;
		this.#seq = 0;
		this.#last = null;
		this.#refs = [];
		this.#atBottom = true;
	}

	// Lines that are no more, since others took their place.
	#takeOut({ lines, linesTurn }) {
		if (this.#turn === linesTurn)
			return;
		this.#turn = linesTurn;
		const kept = new Set(lines.map(({ seq }) => String(seq)));
		for (const line of messages.querySelectorAll(".line"))
			if (!kept.has(line.dataset.seq))
				line.remove();
		for (const day of messages.querySelectorAll(".divider.day"))
			if (!day.nextElementSibling || day.nextElementSibling.matches(".day"))
				day.remove();
		this.#last = lines.findLast(({ seq }) => seq <= this.#seq) ?? null;
	}

	// Gives how many of the lines added are worth scrolling down for.
	#addLines(lines, most) {
		const added = linesAfter(lines, this.#seq).slice(0, most);
		const made = document.createDocumentFragment();
		for (const line of added) {
			const first = line.seq === this.#newFrom;
			if (!this.#last || dayOf(line.time) !== dayOf(this.#last.time))
				made.append(dayElement(line.time));
			if (first)
				made.append(newElement());
			const row = lineElement(line, !first && goesOn(line, this.#last));
			row.dataset.seq = String(line.seq);
			made.append(row);
			this.#last = line;
			this.#seq = line.seq;
		}
		messages.append(made);
		trim();
		return added.filter(({ kind }) => kind === "chat" || kind === "emote" || kind === "direct").length;
	}

	// Says whether something was said here just now.
	#drawWaiting(state, { key }) {
		const sent = waitingIn(state, key);
		const refs = sent.map(({ ref }) => ref);
		if (refs.join() === this.#refs.join())
			return false;
		const spoke = refs.some((ref) => !this.#refs.includes(ref));
		this.#refs = refs;
		waiting.replaceChildren(...sent.map(({ packet, at }) => lineElement({
			kind: packet.type, nick: state.nick, to: packet.to, text: packet.message, time: at, own: true, waiting: true,
		})));
		return spoke;
	}

	#scrolled() {
		this.#atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
		if (this.#atBottom)
			this.#miss(0);
	}

	#toBottom() {
		log.scrollTop = log.scrollHeight;
		this.#atBottom = true;
		this.#miss(0);
	}

	#miss(count) {
		this.#missed = count;
		newer.hidden = count === 0;
		setText(part("newer-text"), say("newMessages", { count }));
	}
}

function linesAfter(lines, seq) {
	let at = lines.length;
	while (at > 0 && lines[at - 1].seq > seq)
		at--;
	return lines.slice(at);
}

function goesOn(line, last) {
	return last?.kind === "chat" && line.kind === "chat" && line.nick === last.nick
		&& line.time - last.time < PAUSE && dayOf(line.time) === dayOf(last.time);
}

function trim() {
	let surplus = messages.querySelectorAll(".line").length - KEPT_LINES;
	while (surplus > 0) {
		if (messages.firstElementChild.classList.contains("line"))
			surplus--;
		messages.firstElementChild.remove();
	}
	// Whoever spoke before is gone from the page, and the day's line with them.
	const first = messages.querySelector(".line");
	first?.classList.remove("same");
	if (first && messages.querySelector(".line, .divider.day") === first)
		messages.prepend(dayElement(timeOf(first)));
}
