// Puts the sentences of the reader's language into index.html. data-i18n is the key of an element's
// text, data-i18n-label that of its accessible name, data-i18n-title that of its name and tooltip.

import { language, t } from "../i18n/translate.js";

export function translatePage() {
	document.documentElement.lang = language;
	for (const at of document.querySelectorAll("[data-i18n]"))
		at.textContent = t(at.dataset.i18n);
	for (const at of document.querySelectorAll("[data-i18n-label]"))
		at.setAttribute("aria-label", t(at.dataset.i18nLabel));
	for (const at of document.querySelectorAll("[data-i18n-title]")) {
		at.title = t(at.dataset.i18nTitle);
		at.setAttribute("aria-label", at.title);
	}
}
