// The user's settings, stored for the next visit. Does not know the DOM.

import { rememberSettings, rememberedSettings } from "../lib/storage.js";

/** presence: show who enters and leaves. sound, notify: alert a user who does not look at the page. */
const DEFAULTS = { presence: true, sound: false, notify: false };

export function createSettings() {
	const settings = { ...DEFAULTS, ...rememberedSettings() };
	return {
		get: (name) => settings[name],
		set(name, value) {
			settings[name] = value;
			rememberSettings(settings);
		},
	};
}
