// The dialog with the settings and the list of keys.

import { t } from "../i18n/translate.js";
import { prepareSound, requestNotifications } from "./alerts.js";
import { byId, element, setText } from "./dom.js";

const dialog = byId("settings");
const SETTINGS = ["presence", "sound", "notify"];
const KEYS = [
	["Enter", "keyEnter"], ["Tab", "keyTab"], ["↑", "keyUp"], ["Ctrl K", "keySwitcher"], ["Alt ↑  Alt ↓", "keyStep"],
	["PgUp  PgDn", "keyPage"], ["Esc", "keyEscape"], ["Ctrl /", "keySettings"],
];

/** settings: as made by createSettings. */
export function createSettingsDialog(settings) {
	for (const name of SETTINGS)
		byId(`set-${name}`).addEventListener("change", ({ target }) => change(name, target.checked));
	byId("show-settings").addEventListener("click", open);
	byId("settings-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	byId("keys").append(...KEYS.flatMap(([keys, description]) => [
		element("dt", {}, ...keys.split("  ").flatMap((key, i) => [i ? " " : "", element("kbd", { textContent: key })])),
		element("dd", { textContent: t(description) }),
	]));
	apply();
	return { open };

	function open() {
		apply();
		setText(byId("settings-problem"), "");
		if (!dialog.open)
			dialog.showModal();
	}

	async function change(name, value) {
		if (name === "sound" && value)
			prepareSound();
		const refused = name === "notify" && value && !await requestNotifications();
		setText(byId("settings-problem"), refused ? t("notifyRefused") : "");
		settings.set(name, value && !refused);
		apply();
	}

	function apply() {
		for (const name of SETTINGS)
			byId(`set-${name}`).checked = settings.get(name);
		byId("messages").classList.toggle("hide-presence", !settings.get("presence"));
	}
}
