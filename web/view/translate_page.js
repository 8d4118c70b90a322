// Puts the words of the reader's language where index.html says: data-say is an element's
// text, data-label its name for those who do not see it, data-title that and what it shows when
// one points at it.

import { language, say } from "../i18n/translate.js";

export function speakTheReadersLanguage() {
	document.documentElement.lang = language;
	for (const at of document.querySelectorAll("[data-say]"))
		at.textContent = say(at.dataset.say);
	for (const at of document.querySelectorAll("[data-label], [data-title]"))
		at.setAttribute("aria-label", say(at.dataset.label ?? at.dataset.title));
	for (const at of document.querySelectorAll("[data-title]"))
		at.title = say(at.dataset.title);
}
