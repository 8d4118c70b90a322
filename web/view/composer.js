// The field for typing messages: Enter sends, Tab completes, Up recalls earlier texts, and each
// conversation has its own draft and its own earlier texts. Does not know what the commands mean.

import { t } from "../i18n/translate.js";
import { bytesOf, linesIn } from "../lib/text_length.js";
import { isSecret } from "../model/commands.js";
import { createCompleter, replaceWord, suggestions } from "../model/completion.js";
import { createInputHistory } from "../model/input_history.js";
import { byId, setText } from "./dom.js";
import { createSuggestions } from "./suggestions.js";

const input = byId("input");
const COMPOSING = 229;
const COUNT_FROM = 0.8; // share of the longest text from which on the counter is shown
const ASK_FROM = 11;    // lines: long pastes are often mistakes

const touch = matchMedia("(pointer: coarse)");

export class Composer {
	#conversation = null; // whose draft is in the field
	#send;
	#known;
	#drafted;
	#again = null;        // what the button beside a question does
	#complete = createCompleter();
	#histories = new WeakMap();
	#suggestions = createSuggestions(input, (value) => {
		const { text, caret } = replaceWord(input.value, input.selectionStart, value);
		this.#replace(text, caret);
		this.#suggestions.hide();
	});
	#most = Infinity; // bytes of a text
	#keys;
	#listKeys;

	/**
	 * send(text, confirmed) returns { refused, question }: both "" once the text is sent or queued.
	 * known() returns what can be completed. drafted() is called when what is typed has changed.
	 * page(direction) scrolls the messages.
	 */
	constructor({ send, known, drafted, page }) {
		this.#send = send;
		this.#known = known;
		this.#drafted = drafted;
		// Each handler says whether it has handled the key.
		this.#keys = {
			Enter: (event) => this.#entered(event),
			Tab: ({ shiftKey }) => !shiftKey && this.#completeWord(),
			ArrowUp: ({ shiftKey }) => !shiftKey && isInFirstLine() && this.#recall("earlier"),
			ArrowDown: ({ shiftKey }) => !shiftKey && isInLastLine() && this.#recall("later"),
			PageUp: () => (page(-1), true),
			PageDown: () => (page(1), true),
		};
		// While suggestions are shown.
		this.#listKeys = {
			Enter: (event) => !event.shiftKey && (this.#takeOr(() => this.#entered(event)), true),
			Tab: ({ shiftKey }) => !shiftKey && (this.#takeOr(() => this.#completeWord()), true),
			ArrowUp: ({ shiftKey }) => !shiftKey && (this.#suggestions.move(-1), true),
			ArrowDown: ({ shiftKey }) => !shiftKey && (this.#suggestions.move(1), true),
			Escape: () => (this.#suggestions.hide(), true),
		};
		this.#listen();
	}

	#listen() {
		addEventListener("resize", fitHeight);
		input.addEventListener("blur", () => this.#suggestions.hide());
		input.addEventListener("input", () => this.#changed());
		input.addEventListener("keydown", (event) => this.#pressed(event));
		byId("hint-again").addEventListener("click", () => this.#again?.());
		byId("composer").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
		const say = () => { input.enterKeyHint = touch.matches ? "enter" : "send"; };
		touch.addEventListener("change", say);
		say();
	}

	draw(conversation, most) {
		const { kind, name } = conversation;
		this.#most = most;
		input.placeholder = t(kind === "room" ? "messageRoom" : "messagePerson", { name });
		setText(byId("input-label"), input.placeholder);
		if (this.#conversation === conversation)
			return;
		this.#conversation = conversation;
		input.value = conversation.draft;
		this.#measure();
		this.#suggestions.hide();
		this.showProblem("");
	}

	focus() {
		input.focus();
	}

	/** Shows why nothing was done; "" removes the sentence. again: what a button beside it does. */
	showProblem(problem, again = null) {
		this.#again = again;
		setText(byId("hint-text"), problem);
		byId("hint-again").hidden = again === null;
	}

	/** Puts a text into the field again, before what is there now. */
	edit(text) {
		this.#replace(input.value === "" ? text : `${text}\n${input.value}`, text.length);
		this.focus();
	}

	/** Writes a name into the message, where the caret is. */
	mention(nick) {
		const { value, selectionStart: from, selectionEnd: to } = input;
		const before = value.slice(0, from);
		const name = before === "" ? `${nick}: ` : `${/\s$/u.test(before) ? "" : " "}${nick} `;
		this.#replace(before + name + value.slice(to), before.length + name.length);
		this.#suggestions.hide();
		this.focus();
	}

	/** Gives back what the server has refused, unless something else is being typed. Says whether it did. */
	giveBack(conversation, text, reason) {
		if (conversation.draft !== "")
			return false;
		conversation.draft = text;
		if (conversation === this.#conversation) {
			this.#replace(text);
			this.showProblem(reason);
		}
		this.#suggestions.hide();
		return true;
	}

	#historyOf(conversation) {
		if (!this.#histories.has(conversation))
			this.#histories.set(conversation, createInputHistory());
		return this.#histories.get(conversation);
	}

	#recall(direction) {
		return this.#replace(this.#historyOf(this.#conversation)[direction](input.value));
	}

	#pressed(event) {
		// The keys belong to an input method while it composes. Safari shows that by the key code only.
		if (event.isComposing || event.keyCode === COMPOSING || event.altKey)
			return;
		const isCommand = event.ctrlKey || event.metaKey;
		const keys = this.#suggestions.isOpen() && Object.hasOwn(this.#listKeys, event.key) && !isCommand ? this.#listKeys : this.#keys;
		if (isCommand && event.key !== "Enter" || !Object.hasOwn(keys, event.key) || !keys[event.key](event))
			return;
		event.preventDefault();
		event.stopPropagation();
	}

	// On a touch screen there is no Shift-Enter: Enter makes a line there, and the button sends.
	#entered({ shiftKey, ctrlKey, metaKey }) {
		if (shiftKey || (touch.matches && !ctrlKey && !metaKey))
			return false;
		this.#submit();
		return true;
	}

	// A new room's name is typed in full already.
	#takeOr(otherwise) {
		const typed = input.value;
		this.#suggestions.takeChosen();
		if (input.value === typed)
			otherwise();
	}

	#submit(confirmed = false) {
		const text = input.value;
		const from = this.#conversation;
		if (text.trim() === "")
			return;
		const sure = confirmed || this.#again !== null;
		const count = linesIn(text);
		// The text may close the conversation, which must not keep it as a draft.
		from.draft = "";
		const { refused = "", question = "" } = count >= ASK_FROM && !sure ? { question: t("manyLines", { count }) } : this.#send(text, sure);
		if (refused || question) {
			from.draft = text;
			return void this.showProblem(refused || question, question ? () => this.#submit(true) : null);
		}
		if (!isSecret(text))
			this.#historyOf(from).add(text);
		// The text may have switched to another conversation, whose draft is in the field now.
		if (this.#conversation === from)
			input.value = "";
		this.#drafted();
		this.#measure();
		this.#suggestions.hide();
		this.showProblem("");
		this.focus();
	}

	#changed() {
		this.#conversation.draft = input.value;
		this.#drafted();
		this.showProblem("");
		this.#measure();
		this.#suggestions.draw(suggestions(input.value, input.selectionStart, this.#known()));
	}

	// Shows the length of the text once it comes near to what the server accepts.
	#measure() {
		const bytes = bytesOf(input.value);
		const over = bytes > this.#most;
		const near = bytes >= COUNT_FROM * this.#most;
		const counted = over ? t("tooLong", { count: bytes - this.#most, most: this.#most }) : t("counter", { bytes, most: this.#most });
		setText(byId("counter"), near ? counted : "");
		byId("counter").classList.toggle("over", over);
		byId("send").setAttribute("aria-disabled", String(input.value.trim() === ""));
		fitHeight();
	}

	#completeWord() {
		if (input.selectionStart !== input.selectionEnd)
			return false;
		const done = this.#complete(input.value, input.selectionStart, this.#known());
		return done !== null && this.#replace(done.text, done.caret);
	}

	#replace(text, caret = text?.length) {
		if (text === null)
			return false;
		type(text);
		input.setSelectionRange(caret, caret);
		this.#changed();
		return true;
	}
}

// Replaces what differs as if it were typed, so that the browser can undo it.
function type(text) {
	const before = input.value;
	let from = 0;
	while (from < before.length && before[from] === text[from])
		from++;
	let kept = 0;
	while (kept < before.length - from && kept < text.length - from && before.at(-1 - kept) === text.at(-1 - kept))
		kept++;
	const piece = text.slice(from, text.length - kept);
	const hadFocus = document.activeElement;
	input.focus();
	input.setSelectionRange(from, before.length - kept);
	if (before !== text && !document.execCommand(piece === "" ? "delete" : "insertText", false, piece) || input.value !== text)
		input.value = text;
	if (hadFocus !== input)
		hadFocus?.focus();
}

function isInFirstLine() {
	return input.selectionStart === input.selectionEnd && !input.value.slice(0, input.selectionStart).includes("\n");
}

function isInLastLine() {
	return input.selectionStart === input.selectionEnd && !input.value.slice(input.selectionEnd).includes("\n");
}

// As high as the text, up to the maximum in the style sheet.
function fitHeight() {
	input.style.height = "auto";
	input.style.height = `${input.scrollHeight}px`;
}
