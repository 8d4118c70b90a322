// What a reader may choose, and keeps for the next visit. Knows no element.

import { rememberSettings, rememberedSettings } from "../lib/storage.js";

/** moves: comings and goings are shown. sound, notify: so one is called when one looks elsewhere. */
const FIRST = { moves: true, sound: false, notify: false };

export function createSettings() {
	const settings = { ...FIRST, ...rememberedSettings() };
	return {
		get: (name) => settings[name],
		set(name, value) {
			settings[name] = value;
			rememberSettings(settings);
		},
	};
}
