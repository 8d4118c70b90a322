// The dialogs with the settings and with the list of keys.

import { language, t } from "../i18n/translate.js";
import { CHOICES, ROOM_ALERTS } from "../model/settings.js";
import { prepareSound, requestNotifications } from "./alerts.js";
import { applyAppearance } from "./appearance.js";
import { byId, element, setText } from "./dom.js";

const dialog = byId("settings");
const keysDialog = byId("keys-dialog");
const roomField = byId("set-room-alerts");
const LABELS = {
	"theme": { system: "asSystem", light: "themeLight", dark: "themeDark" },
	"density": { cosy: "densityCosy", compact: "densityCompact" },
	"textSize": { normal: "textNormal", small: "textSmall", large: "textLarge", larger: "textLarger" },
	"language": { system: "asBrowser" },
	"hours": { system: "asLanguage", 12: "hours12", 24: "hours24" },
	"room-alerts": { mentions: "alertMentions", all: "alertAll", nothing: "alertNothing" },
};
const LANGUAGE_NAMES = { en: "English", de: "Deutsch" };
// What is on the keys, and what they do.
const KEYS = [
	["capEnter", "keyEnter"], ["capLine", "keyLine"], ["capTab", "keyTab"], ["capUp", "keyUp"], ["capSwitcher", "keySwitcher"], ["capSearch", "keySearch"],
	["capStep", "keyStep"], ["capUnread", "keyUnread"], ["capMention", "keyMention"], ["capPage", "keyPage"], ["capNames", "keyNames"],
	["capLineMenu", "keyLineMenu"], ["capEscape", "keyEscape"], ["capKeys", "keyKeys"],
];

/**
 * settings: as made by createSettings. shownRoom() returns the name of the room that is shown, or "".
 * redraw() is called when lines that are drawn already must be drawn again.
 */
export function createSettingsDialog(settings, { shownRoom, redraw }) {
	for (const [name, values] of Object.entries(CHOICES))
		prepareField(name, values);
	fillSelect(roomField, "room-alerts", ROOM_ALERTS);
	roomField.addEventListener("change", () => settings.setRoomAlerts(shownRoom(), roomField.value));
	byId("show-settings").addEventListener("click", open);
	byId("show-keys").addEventListener("click", () => (dialog.close(), openKeys()));
	byId("reload").addEventListener("click", () => location.reload());
	closable(dialog, "settings-close");
	closable(keysDialog, "keys-close");
	byId("keys").append(...KEYS.flatMap(([keys, description]) => [
		element("dt", {}, ...t(keys).split("  ").flatMap((key, i) => [i ? " " : "", element("kbd", { textContent: key })])),
		element("dd", { textContent: t(description) }),
	]));
	// Another tab has changed them.
	addEventListener("storage", () => {
		settings.reread();
		apply();
	});
	apply();
	return { open, openKeys };

	function prepareField(name, values) {
		const field = fieldOf(name);
		if (field.type !== "checkbox")
			fillSelect(field, name, values);
		field.addEventListener("change", () => change(name, field.type === "checkbox" ? field.checked : field.value));
	}

	function open() {
		apply();
		setText(byId("settings-problem"), "");
		const room = shownRoom();
		byId("room-alerts").hidden = room === "";
		setText(byId("room-alerts-label"), t("roomAlerts", { room }));
		roomField.value = settings.roomAlerts(room);
		if (!dialog.open)
			dialog.showModal();
	}

	async function change(name, value) {
		if (name === "sound" && value)
			prepareSound();
		const refused = name === "notify" && value && !await requestNotifications();
		setText(byId("settings-problem"), refused ? t(isSecureContext ? "notifyRefused" : "notifyInsecure") : "");
		settings.set(name, refused ? false : value);
		apply();
	}

	function apply() {
		for (const name of Object.keys(CHOICES)) {
			const field = fieldOf(name);
			field[field.type === "checkbox" ? "checked" : "value"] = settings.get(name);
		}
		const chosen = settings.get("language");
		byId("reload-note").hidden = chosen === "system" || chosen === language;
		if (applyAppearance(settings))
			redraw();
	}
}

function openKeys() {
	if (!keysDialog.open)
		keysDialog.showModal();
}

function fieldOf(name) {
	return byId(`set-${name}`);
}

function fillSelect(select, name, values) {
	select.append(...values.map((value) => element("option", { value, textContent: LANGUAGE_NAMES[value] ?? t(LABELS[name][value]) })));
}

function closable(at, button) {
	byId(button).addEventListener("click", () => at.close());
	at.addEventListener("click", ({ target }) => target === at && at.close());
}
