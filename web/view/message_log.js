// The messages of the current conversation: appends new lines, and keeps the view at the bottom if
// it was there; if not, shows how many messages came. Does not know packets.

import { formatDay } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { colourIn } from "../model/colours.js";
import { takeNews } from "../model/presence.js";
import { KEPT_LINES, pendingIn } from "../model/state.js";
import { copyText } from "./clipboard.js";
import { copyAsLines } from "./copy.js";
import { byId, setText } from "./dom.js";
import { dayElement, lineElement, newElement, presenceParts, timeOf } from "./line.js";
import { nameKeys } from "./name_keys.js";

const PAUSE = 5 * 60 * 1000; // after which a sender's name is shown again, in ms
const BATCH = 40;            // lines added per drawing: more would delay a frame
const NEAR = 24;             // this close to the bottom counts as the bottom, in pixels

const log = byId("log");
const messages = byId("messages");
const pending = byId("pending");
const newer = byId("newer");

export class MessageLog {
	#lines = null;    // the array that is drawn,
	#version = 0;     // its version,
	#seq = 0;         // and the seq of the last line drawn
	#last = null;     // that line
	#firstUnread = null;
	#refs = [];       // of the pending messages that are drawn,
	#pending = [];    // and these as lines
	#atBottom = true;
	#top = 0;         // where the view was scrolled to last
	#missed = 0;      // messages that came below the view
	#unread = 0;      // messages that were unread when the conversation was opened

	/**
	 * edit(text) and retry(seq) are called for the buttons of failed messages, join(room) for
	 * links to rooms, and read() when the user is done with what was unread.
	 */
	constructor({ edit, retry, join, read }) {
		log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
		newer.addEventListener("click", () => this.#toBottom());
		log.addEventListener("click", (event) => {
			const { action, seq } = event.target.closest(".inline-button")?.dataset ?? {};
			const text = () => event.target.closest(".line").querySelector(".failed-text").textContent;
			const code = event.target.closest(".copy-code");
			const link = event.target.closest("a[data-room]");
			if (action === "edit")
				edit(text());
			else if (action === "retry")
				retry(Number(seq));
			else if (action === "copy")
				copyText(text());
			else if (code)
				this.#copyCode(code);
			else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
				event.preventDefault();
				join(link.dataset.room);
			}
		});
		copyAsLines(messages);
		nameKeys(log);
		byId("older").addEventListener("click", () => this.#toUnread());
		document.addEventListener("keydown", ({ key }) => {
			if (key !== "Escape" || document.querySelector("dialog[open], :popover-open, .pane.open"))
				return;
			read();
			this.#toBottom();
		});
		// A keyboard or a growing field shrinks the log, which must not hide the last line.
		new ResizeObserver(() => this.#atBottom && this.#toBottom()).observe(log);
	}

	/** Says whether there are more lines to draw, for which it must be called again soon. */
	draw(state, conversation) {
		const switched = this.#lines !== conversation.lines;
		if (switched)
			this.#begin(conversation);
		if (this.#firstUnread !== conversation.firstUnread)
			messages.querySelector(".divider.new")?.remove();
		this.#firstUnread = conversation.firstUnread;
		this.#removeStale(conversation);
		const added = this.#addLines(conversation.lines, switched ? KEPT_LINES : BATCH);
		announce(takeNews(conversation));
		const sent = this.#drawPending(state, conversation);
		this.#groupPending();
		if (this.#atBottom || sent)
			this.#toBottom();
		else
			this.#setMissed(this.#missed + added);
		if (switched)
			this.#unread = conversation.newCount;
		this.#drawOlder();
		return this.#seq < (conversation.lines.at(-1)?.seq ?? 0);
	}

	/** Draws everything again at the next drawing. */
	redraw() {
		this.#lines = null;
	}

	/** Scrolls by most of a screen: -1 up, 1 down. */
	page(direction) {
		log.scrollBy({ top: direction * log.clientHeight * 0.85 });
	}

	// Draws another conversation from scratch, which screen readers must not read out.
	#begin({ kind, lines, linesVersion, firstUnread }) {
		log.setAttribute("aria-live", "off");
		setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
		log.className = kind;
		messages.replaceChildren();
		pending.replaceChildren();
		this.#pending = [];
		this.#lines = lines;
		this.#version = linesVersion;
		this.#firstUnread = firstUnread;
		this.#seq = 0;
		this.#last = null;
		this.#refs = [];
		this.#atBottom = true;
	}

	// Removes lines that are not in the conversation any more.
	#removeStale({ lines, linesVersion }) {
		if (this.#version === linesVersion)
			return;
		this.#version = linesVersion;
		const kept = new Set(lines.map(({ seq }) => String(seq)));
		for (const line of messages.querySelectorAll(".line"))
			if (!kept.has(line.dataset.seq))
				line.remove();
		for (const day of messages.querySelectorAll(".divider.day"))
			if (!day.nextElementSibling || day.nextElementSibling.matches(".day"))
				day.remove();
		this.#last = lines.findLast(({ seq }) => seq <= this.#seq) ?? null;
	}

	// Returns how many of the added lines are messages.
	#addLines(lines, most) {
		const added = linesAfter(lines, this.#seq).slice(0, most);
		const made = document.createDocumentFragment();
		for (const line of added) {
			const unread = line.seq === this.#firstUnread;
			if (!this.#last || formatDay(line.time) !== formatDay(this.#last.time))
				made.append(dayElement(line.time));
			if (unread)
				made.append(newElement());
			const row = lineElement(line, !unread && continuesGroup(line, this.#last));
			row.dataset.seq = String(line.seq);
			made.append(row);
			this.#last = line;
			this.#seq = line.seq;
		}
		messages.append(made);
		trim();
		return added.filter(({ kind }) => kind === "chat" || kind === "emote" || kind === "direct").length;
	}

	// Says whether the user has just sent a message here.
	#drawPending(state, conversation) {
		const requests = pendingIn(state, conversation.key);
		const refs = requests.map(({ ref }) => ref);
		if (refs.join() === this.#refs.join())
			return false;
		const sent = refs.some((ref) => !this.#refs.includes(ref));
		this.#refs = refs;
		const colour = colourIn(conversation, state.nick);
		this.#pending = requests.map(({ packet, at }) => ({
			kind: packet.type, nick: state.nick, to: packet.to, text: packet.message, time: at, own: true, pending: true,
			colour, elsewhere: packet.type === "direct" && conversation.kind === "room",
		}));
		pending.replaceChildren(...this.#pending.map((line) => lineElement(line)));
		return sent;
	}

	// The name is not shown again below what the user said before.
	#groupPending() {
		this.#pending.forEach((line, i) => pending.children[i].classList.toggle("same", continuesGroup(line, this.#pending[i - 1] ?? this.#last)));
	}

	async #copyCode(button) {
		const copied = await copyText(button.parentElement.querySelector("code").textContent);
		button.title = t(copied ? "copied" : "notCopied");
		setText(byId("announcer"), button.title);
		button.classList.toggle("done", copied);
	}

	// The divider above the unread messages may be out of view.
	#drawOlder() {
		if (this.#unread === 0 && byId("older").hidden)
			return;
		const divider = messages.querySelector(".divider.new");
		if (!divider || divider.getBoundingClientRect().bottom > log.getBoundingClientRect().top)
			this.#unread = 0;
		byId("older").hidden = this.#unread === 0;
		setText(byId("older-text"), t("newMessages", { count: this.#unread }));
	}

	#toUnread() {
		messages.querySelector(".divider.new")?.scrollIntoView({ block: "start" });
		log.focus({ preventScroll: true });
	}

	#scrolled() {
		this.#drawOlder();
		// A change of layout may move the bottom away; only scrolling up leaves it.
		const isNear = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
		this.#atBottom = isNear || (this.#atBottom && log.scrollTop >= this.#top);
		this.#top = log.scrollTop;
		if (this.#atBottom)
			this.#setMissed(0);
	}

	#toBottom() {
		log.scrollTop = log.scrollHeight;
		this.#top = log.scrollTop;
		this.#atBottom = true;
		this.#setMissed(0);
	}

	#setMissed(count) {
		this.#missed = count;
		newer.hidden = count === 0;
		setText(byId("newer-text"), t("newMessages", { count }));
	}
}

// Who has joined or left, once: the line about them changes, and would be read out again each time.
function announce(news) {
	const text = presenceParts(news, (nick) => nick).join("");
	if (text !== "" && !messages.classList.contains("hide-presence"))
		byId("announcer").textContent = text;
}

function linesAfter(lines, seq) {
	let at = lines.length;
	while (at > 0 && lines[at - 1].seq > seq)
		at--;
	return lines.slice(at);
}

function continuesGroup(line, last) {
	return (line.kind === "chat" || line.kind === "direct") && line.kind === last?.kind && line.nick === last.nick
		&& line.colour === last.colour && !line.elsewhere && line.time - last.time < PAUSE && formatDay(line.time) === formatDay(last.time);
}

function trim() {
	let surplus = messages.querySelectorAll(".line").length - KEPT_LINES;
	while (surplus > 0) {
		if (messages.firstElementChild.classList.contains("line"))
			surplus--;
		messages.firstElementChild.remove();
	}
	// The line that named the sender, and the day's divider, may have been removed.
	const first = messages.querySelector(".line");
	first?.classList.remove("same");
	if (first && messages.querySelector(".line, .divider.day") === first)
		messages.prepend(dayElement(timeOf(first)));
}
