// The dialog of settings, and of what the keys do.

import { mayNotify, prepareSound } from "./alerts.js";
import { say } from "../i18n/translate.js";
import { element, part, setText } from "./dom.js";

const dialog = part("settings");
const KEYS = [
	["Enter", "keyEnter"], ["Tab", "keyTab"], ["↑", "keyUp"], ["Ctrl K", "keyGo"], ["Alt ↑  Alt ↓", "keyStep"],
	["PgUp  PgDn", "keyPage"], ["Esc", "keyEscape"], ["Ctrl /", "keySettings"],
];

/** settings: what settings.js makes. */
export function createSettingsDialog(settings) {
	for (const name of ["moves", "sound", "notify"])
		part(`set-${name}`).addEventListener("change", ({ target }) => change(name, target.checked));
	part("show-settings").addEventListener("click", open);
	part("settings-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	part("keys").append(...KEYS.flatMap(([keys, words]) => [
		element("dt", {}, ...keys.split("  ").flatMap((key, i) => [i ? " " : "", element("kbd", { textContent: key })])),
		element("dd", { textContent: say(words) }),
	]));
	apply();
	return { open };

	function open() {
		apply();
		setText(part("settings-problem"), "");
		if (!dialog.open)
			dialog.showModal();
	}

	async function change(name, value) {
		if (name === "sound" && value)
			prepareSound();
		const refused = name === "notify" && value && !await mayNotify();
		setText(part("settings-problem"), refused ? say("notifyRefused") : "");
		settings.set(name, value && !refused);
		apply();
	}

	function apply() {
		for (const name of ["moves", "sound", "notify"])
			part(`set-${name}`).checked = settings.get(name);
		part("messages").classList.toggle("still", !settings.get("moves"));
	}
}
