// The user's settings, stored for the next visit. What was stored is checked when it is read, since it
// may be another version's, or nobody's. Does not know the DOM.

import { fold } from "../lib/names.js";
import { rememberSettings, rememberedSettings } from "../lib/storage.js";

/**
 * The values of each setting; the first is the default. presence: show who joins and leaves. sound,
 * notify: alert a user who does not look at the page. hours: of a clock.
 */
export const CHOICES = {
	theme: ["system", "light", "dark"],
	density: ["cosy", "compact"],
	textSize: ["normal", "small", "large", "larger"],
	language: ["system", "en", "de"],
	hours: ["system", "12", "24"],
	presence: [true, false],
	sound: [false, true],
	notify: [false, true],
};

/** What a room alerts to: all messages, those that mention the user, or nothing. */
export const ROOM_ALERTS = ["mentions", "all", "nothing"];

const MOST_ROOMS = 500;

export function createSettings() {
	let settings = checked(rememberedSettings());
	return {
		get: (name) => settings[name],
		set(name, value) {
			settings[name] = value;
			rememberSettings(settings);
		},
		roomAlerts: (room) => settings.rooms[fold(room)] ?? ROOM_ALERTS[0],
		setRoomAlerts(room, value) {
			const { [fold(room)]: _, ...others } = settings.rooms;
			settings.rooms = value === ROOM_ALERTS[0] ? others : { ...others, [fold(room)]: value };
			rememberSettings(settings);
		},
		/** Reads them again, after another tab has changed them. */
		reread() {
			settings = checked(rememberedSettings());
		},
	};
}

/** Whether the line { mention, conversation } is worth an alert. Direct messages always are. */
export function isWorthAlert(settings, { mention, conversation }) {
	if (conversation.kind === "dm")
		return mention;
	const alerts = settings.roomAlerts(conversation.name);
	return alerts === "all" || (alerts === "mentions" && mention);
}

function checked(stored) {
	const named = Object.entries(CHOICES).map(([name, values]) => [name, values.includes(stored?.[name]) ? stored[name] : values[0]]);
	return { ...Object.fromEntries(named), rooms: checkedRooms(stored?.rooms) };
}

function checkedRooms(stored) {
	const entries = typeof stored === "object" && stored !== null ? Object.entries(stored) : [];
	return Object.fromEntries(entries.filter(([, alerts]) => ROOM_ALERTS.slice(1).includes(alerts)).slice(0, MOST_ROOMS));
}
