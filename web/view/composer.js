// The field for typing messages: Enter sends, Tab completes, Up recalls earlier texts, and each
// conversation has its own draft. Does not know what the commands mean.

import { t } from "../i18n/translate.js";
import { rememberDraft, rememberedDraft } from "../lib/storage.js";
import { bytesOf } from "../lib/text_length.js";
import { createCompleter, replaceWord, suggestions } from "../model/completion.js";
import { createInputHistory } from "../model/input_history.js";
import { byId, setText } from "./dom.js";
import { createSuggestions } from "./suggestions.js";

const input = byId("input");
const COMPOSING = 229;
const COUNT_FROM = 0.8; // share of the longest text from which on the counter is shown

export class Composer {
	#key = null; // of the conversation whose draft is in the field
	#send;
	#known;
	#complete = createCompleter();
	#history = createInputHistory();
	#suggestions = createSuggestions((value) => {
		const { text, caret } = replaceWord(input.value, input.selectionStart, value);
		this.#replace(text, caret);
	});
	#most = Infinity; // bytes of a text
	#keys;

	/**
	 * send(text) returns "" once the text is sent or queued, else a sentence that says why not.
	 * known() returns what Tab can complete. page(direction) scrolls the messages.
	 */
	constructor({ send, known, page }) {
		this.#send = send;
		this.#known = known;
		// Each handler says whether it has handled the key.
		this.#keys = {
			Enter: ({ shiftKey }) => !shiftKey && (this.#submit(), true),
			Tab: ({ shiftKey }) => !shiftKey && this.#completeWord(),
			ArrowUp: () => this.#replace(this.#history.earlier(input.value)),
			ArrowDown: () => this.#replace(this.#history.later(input.value)),
			PageUp: () => (page(-1), true),
			PageDown: () => (page(1), true),
			Escape: () => (this.#suggestions.hide(), false),
		};
		addEventListener("resize", fitHeight);
		input.addEventListener("blur", () => this.#suggestions.hide());
		input.addEventListener("input", () => this.#changed());
		input.addEventListener("keydown", (event) => this.#pressed(event));
		byId("composer").addEventListener("submit", (event) => {
			event.preventDefault();
			this.#submit();
		});
	}

	draw({ key, name }, most) {
		this.#most = most;
		input.placeholder = t("messageTo", { name });
		setText(byId("input-label"), input.placeholder);
		if (this.#key === key)
			return;
		if (this.#key !== null)
			rememberDraft(this.#key, input.value);
		this.#key = key;
		input.value = rememberedDraft(key);
		this.#measure();
		this.showProblem("");
	}

	focus() {
		input.focus();
	}

	/** Shows why nothing was done; "" removes the sentence. */
	showProblem(problem) {
		setText(byId("hint"), problem);
	}

	/** Puts a text into the field again, before what is there now. */
	edit(text) {
		input.value = input.value === "" ? text : `${text}\n${input.value}`;
		this.#changed();
		this.focus();
	}

	#pressed(event) {
		// The keys belong to an input method while it composes. Safari shows that by the key code only.
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
			return void this.showProblem(problem);
		this.#history.add(text);
		rememberDraft(from, "");
		// The text may have switched to another conversation, whose draft is in the field now.
		if (this.#key === from)
			input.value = "";
		this.#measure();
		this.#suggestions.hide();
		this.showProblem("");
	}

	#changed() {
		rememberDraft(this.#key, input.value);
		this.showProblem("");
		this.#measure();
		this.#suggestions.draw(suggestions(input.value, input.selectionStart, this.#known()));
	}

	// Shows the length of the text once it comes near to what the server accepts.
	#measure() {
		const bytes = bytesOf(input.value);
		const near = bytes >= COUNT_FROM * this.#most;
		setText(byId("counter"), near ? t("counter", { bytes, most: this.#most }) : "");
		byId("counter").classList.toggle("over", bytes > this.#most);
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
		input.value = text;
		input.setSelectionRange(caret, caret);
		this.#changed();
		return true;
	}
}

// As high as the text, up to the maximum in the style sheet.
function fitHeight() {
	input.style.height = "auto";
	input.style.height = `${input.scrollHeight}px`;
}
