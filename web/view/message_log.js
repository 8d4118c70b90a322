// The messages of the current conversation: keeps the view at the bottom if it was there, and else at the
// messages that are in it; says how many came below, and has more loaded at both ends. Does not know packets.

import { t } from "../i18n/translate.js";
import { colourIn } from "../model/colours.js";
import { canLoad } from "../model/history.js";
import { isMessage, KEPT_LINES } from "../model/loaded.js";
import { takeNews } from "../model/presence.js";
import { pendingIn } from "../model/state.js";
import { copyText } from "./clipboard.js";
import { copyAsLines } from "./copy.js";
import { byId, setText } from "./dom.js";
import { drawEdges } from "./history_edges.js";
import { drawIntro } from "./intro.js";
import { lineElement, presenceParts } from "./line.js";
import { nameKeys } from "./name_keys.js";
import { continuesGroup, createRows } from "./rows.js";

const BATCH = 40;            // lines added per drawing: more would delay a frame
const NEAR = 24;             // this close to the bottom counts as the bottom, in pixels
const EDGE = 600;            // so far from the first or last message more are loaded, in pixels
const MARKED_FOR = 4000;     // ms that a message is marked that was linked to

const log = byId("log");
const messages = byId("messages");
const pending = byId("pending");
const newer = byId("newer");

export class MessageLog {
	#lines = null;    // the array that is drawn
	#rows = createRows(messages);
	#state = null;
	#conversation = null;
	#does;            // what the user can do here
	#refs = [];       // of the pending messages that are drawn,
	#pending = [];    // and these as lines
	#atBottom = true;
	#top = 0;         // where the view was scrolled to last
	#missed = 0;      // messages that came below the view
	#newCount = 0;    // messages that were unread when the conversation was opened,
	#unread = 0;      // and of which the user has not seen the first

	/**
	 * edit(text) and retry(seq) are called for the buttons of failed messages, join(room, id) for links to rooms and
	 * messages, read() when the user is done with what was unread, load(what, seq) for more messages: "older",
	 * "newer", or the "gap" with this seq, with again if the user asks for it; jump() for the newest ones.
	 */
	constructor(does) {
		this.#does = does;
		log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
		log.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.#loadAtEdges(), { passive: true });
		newer.addEventListener("click", () => this.#toNewest());
		log.addEventListener("click", (event) => this.#clicked(event));
		copyAsLines(messages);
		nameKeys(log);
		byId("older").addEventListener("click", () => this.#toUnread());
		document.addEventListener("keydown", ({ key }) => {
			if (key !== "Escape" || document.querySelector("dialog[open], :popover-open, .pane.open"))
				return;
			does.read();
			this.#toNewest();
		});
		// A keyboard or a growing field shrinks the log, which must not hide the last line.
		new ResizeObserver(() => this.#atBottom && this.#toBottom()).observe(log);
	}

	/** Says whether there are more lines to draw, for which it must be called again soon. */
	draw(state, conversation) {
		this.#state = state;
		const { lines, loaded } = conversation;
		const switched = this.#lines !== lines;
		if (switched)
			this.#begin(conversation);
		const stay = this.#atBottom ? () => {} : holdPlace();
		drawIntro(conversation);
		drawEdges(conversation);
		const added = this.#rows.draw(conversation, switched || loaded?.goTo ? KEPT_LINES : BATCH).filter((line) => isMessage(line) && !line.stored);
		stay();
		announce(takeNews(conversation));
		const sent = this.#drawPending(state, conversation);
		this.#groupPending();
		if (this.#atBottom || sent)
			this.#toBottom();
		else
			this.#setMissed(this.#missed + added.length);
		this.#goToWanted(loaded);
		if (switched || this.#newCount !== conversation.newCount)
			this.#unread = this.#newCount = conversation.newCount;
		this.#drawOlder();
		this.#loadAtEdges();
		return this.#rows.last() !== (lines.at(-1) ?? null);
	}

	lineOf(row) {
		return this.#rows.lineOf(row);
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
	#begin(conversation) {
		log.setAttribute("aria-live", "off");
		setTimeout(() => log.setAttribute("aria-live", "polite"), 100);
		if (this.#conversation?.loaded)
			this.#conversation.loaded.following = true;
		this.#conversation = conversation;
		log.className = conversation.kind;
		this.#rows.begin(conversation);
		pending.replaceChildren();
		this.#pending = [];
		this.#lines = conversation.lines;
		this.#refs = [];
		this.#atBottom = true;
	}

	#clicked(event) {
		const { join, edit, retry, load } = this.#does;
		const { action, seq, load: what } = event.target.closest(".inline-button")?.dataset ?? {};
		const text = () => event.target.closest(".line").querySelector(".failed-text").textContent;
		const code = event.target.closest(".copy-code");
		const link = event.target.closest("a[data-room]");
		if (what)
			load(what, Number(seq), true);
		else if (action === "edit")
			edit(text());
		else if (action === "retry")
			retry(Number(seq));
		else if (action === "copy")
			copyText(text());
		else if (code)
			this.#copyCode(code);
		else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
			event.preventDefault();
			join(link.dataset.room, Number(link.dataset.message ?? 0));
		}
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
		this.#pending.forEach((line, i) => pending.children[i].classList.toggle("same", continuesGroup(line, this.#pending[i - 1] ?? this.#rows.last())));
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
		this.#setAtBottom(distanceBelow() < NEAR || (this.#atBottom && log.scrollTop >= this.#top));
		this.#top = log.scrollTop;
		this.#setMissed(this.#atBottom ? 0 : this.#missed);
		this.#loadAtEdges();
	}

	// The end of what is loaded is not the bottom: there, the view would follow what is loaded next.
	#setAtBottom(isAtBottom) {
		const { loaded } = this.#conversation ?? {};
		this.#atBottom = isAtBottom && !loaded?.detached;
		if (loaded)
			loaded.following = this.#atBottom;
	}

	// More messages are loaded before the user comes to the end of those that are there.
	#loadAtEdges() {
		if (this.#conversation === null)
			return;
		for (const [direction, distance] of [["older", log.scrollTop], ["newer", distanceBelow()]])
			if (distance < EDGE && canLoad(this.#state, this.#conversation, direction))
				return void this.#does.load(direction);
	}

	#goToWanted(loaded) {
		const goTo = loaded?.goTo ?? null;
		if (goTo === null)
			return;
		loaded.goTo = null;
		const row = this.#rows.rowOf(goTo);
		if (goTo === "end")
			this.#toBottom();
		else if (row)
			this.#mark(row);
	}

	#mark(row) {
		row.scrollIntoView({ block: "center" });
		this.#top = log.scrollTop;
		this.#setAtBottom(distanceBelow() < NEAR);
		row.tabIndex = -1;
		row.focus({ preventScroll: true });
		row.classList.add("marked");
		setTimeout(() => row.classList.remove("marked"), MARKED_FOR);
	}

	#toNewest() {
		if (this.#conversation?.loaded?.detached)
			this.#does.jump();
		else
			this.#toBottom();
	}

	#toBottom() {
		log.scrollTop = log.scrollHeight;
		this.#top = log.scrollTop;
		this.#setAtBottom(true);
		this.#setMissed(0);
	}

	#setMissed(count) {
		this.#missed = count;
		const { detached = false, missed = 0 } = this.#conversation?.loaded ?? {};
		newer.hidden = count === 0 && !detached;
		setText(byId("newer-text"), !detached ? t("newMessages", { count }) : missed > 0 ? t("jumpToNewestCount", { count: missed }) : t("jumpToNewest"));
	}
}

function distanceBelow() {
	return log.scrollHeight - log.scrollTop - log.clientHeight;
}

// Returns a function that moves the view so that the messages in it are where they are now.
function holdPlace() {
	const { top, bottom } = log.getBoundingClientRect();
	const rows = [...messages.querySelectorAll(":scope > [data-seq]")];
	const tops = new Map();
	for (let at = firstBelow(rows, top); at < rows.length; at++) {
		const place = rows[at].getBoundingClientRect().top;
		if (place > bottom)
			break;
		tops.set(rows[at], place);
	}
	return () => {
		const row = [...tops.keys()].find((one) => one.isConnected);
		const moved = row ? row.getBoundingClientRect().top - tops.get(row) : 0;
		if (moved !== 0)
			log.scrollTop += moved;
	};
}

// The index of the first row that ends below this height, by halving.
function firstBelow(rows, height) {
	let [from, to] = [0, rows.length];
	while (from < to) {
		const middle = (from + to) >> 1;
		if (rows[middle].getBoundingClientRect().bottom > height)
			to = middle;
		else
			from = middle + 1;
	}
	return from;
}

// Who has joined or left, once: the line about them changes, and would be read out again each time.
function announce(news) {
	const text = presenceParts(news, (nick) => nick).join("");
	if (text !== "" && !messages.classList.contains("hide-presence"))
		byId("announcer").textContent = text;
}
