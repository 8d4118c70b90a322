// The field one types in: Enter sends, Tab completes, Up calls back, and each conversation
// keeps its own draft. Knows nothing of commands.

import { createCompleter, replaceWord, suggestions } from "../model/completion.js";
import { bytesOf } from "../lib/text_length.js";
import { rememberDraft, rememberedDraft } from "../lib/storage.js";
import { createRecall } from "../model/input_history.js";
import { say } from "../i18n/translate.js";
import { part, setText } from "./dom.js";
import { createSuggestions } from "./suggestions.js";

const input = part("input");
const COMPOSING = 229;
const COUNT_FROM = 0.8; // of the longest text

export class Composer {
	#key = null; // whose draft stands in the field
	#send;
	#known;
	#complete = createCompleter();
	#recall = createRecall();
	#suggestions = createSuggestions((value) => {
		const { text, caret } = replaceWord(input.value, input.selectionStart, value);
		this.#replace(text, caret);
	});
	#most = Infinity; // bytes of a text
	#keys;

	/**
	 * send(text) gives "" when the text has been dealt with, else a sentence that says why not.
	 * known() gives what Tab may complete. page(direction) scrolls the messages.
	 */
	constructor({ send, known, page }) {
		this.#send = send;
		this.#known = known;
		// Each says whether the key has done its work.
		this.#keys = {
			Enter: ({ shiftKey }) => !shiftKey && (this.#submit(), true),
			Tab: ({ shiftKey }) => !shiftKey && this.#completeWord(),
			ArrowUp: () => this.#replace(this.#recall.earlier(input.value)),
			ArrowDown: () => this.#replace(this.#recall.later(input.value)),
			PageUp: () => (page(-1), true),
			PageDown: () => (page(1), true),
			Escape: () => (this.#suggestions.hide(), false),
		};
		addEventListener("resize", fit);
		input.addEventListener("blur", () => this.#suggestions.hide());
		input.addEventListener("input", () => this.#changed());
		input.addEventListener("keydown", (event) => this.#pressed(event));
		part("composer").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
	}

	draw({ key, name }, most) {
		this.#most = most;
		input.placeholder = say("messageTo", { name });
		setText(part("input-label"), input.placeholder);
		if (this.#key === key)
			return;
		if (this.#key !== null)
			rememberDraft(this.#key, input.value);
		this.#key = key;
		input.value = rememberedDraft(key);
		this.#measure();
		this.tell("");
	}

	focus() {
		input.focus();
	}

	/** Says why nothing happened; "" takes it back. */
	tell(problem) {
		setText(part("hint"), problem);
	}

	/** Puts a text back to be worked on; what stands there stays, behind it. */
	edit(text) {
		input.value = input.value === "" ? text : `${text}\n${input.value}`;
		this.#changed();
		this.focus();
	}

	#pressed(event) {
		// While an input method composes, its keys are its own; Safari says so by the code alone.
		if (event.isComposing || event.keyCode === COMPOSING || event.altKey || event.ctrlKey || event.metaKey)
			return;
		if (Object.hasOwn(this.#keys, event.key) && this.#keys[event.key](event))
			event.preventDefault();
	}

	#submit() {
		const text = input.value;
		const from = this.#key;
		if (text.trim() === "")
			return;
		const problem = this.#send(text);
		if (problem)
			return void this.tell(problem);
		this.#recall.keep(text);
		rememberDraft(from, "");
		// What was sent may have put another conversation, with its own draft, in front.
		if (this.#key === from)
			input.value = "";
		this.#measure();
		this.#suggestions.hide();
		this.tell("");
	}

	#changed() {
		rememberDraft(this.#key, input.value);
		this.tell("");
		this.#measure();
		this.#suggestions.draw(suggestions(input.value, input.selectionStart, this.#known()));
	}

	// How much of what the server takes is used up, once that is near.
	#measure() {
		const bytes = bytesOf(input.value);
		const near = bytes >= COUNT_FROM * this.#most;
		setText(part("counter"), near ? say("counter", { bytes, most: this.#most }) : "");
		part("counter").classList.toggle("over", bytes > this.#most);
		fit();
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
		input.value = text;
		input.setSelectionRange(caret, caret);
		this.#changed();
		return true;
	}
}

// As high as its text, up to what the style sheet allows.
function fit() {
	input.style.height = "auto";
	input.style.height = `${input.scrollHeight}px`;
}
