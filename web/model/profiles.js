// What the server has told of people: the protocol they use, their rooms, and since when they have
// said nothing. Requested rarely, and only in small rooms. Does not know how it is shown.

import { fold } from "../lib/names.js";
import { track } from "./outbox.js";
import { current } from "./state.js";

const SMALL = 100;             // people in a room that are asked about
const ASK_EVERY = 60_000;      // ms,
const ASK_SOON = 5000;         // or if there are people of whom nothing is known
const IDLE_FROM = 10 * 60_000; // ms of silence after which a person counts as away

/** Asks for the profiles of the people in view, if it is time to; returns the packets to send. */
export function askForProfiles(state, now) {
	const shown = current(state);
	if (!state.online || !state.pageVisible || !shown || shown.former)
		return [];
	if (shown.kind === "room" && shown.users > SMALL)
		return [];
	const people = shown.kind === "dm" ? [fold(shown.name)] : [...shown.people.keys()];
	const isKnown = shown.offline || people.every((key) => state.profiles.has(key));
	// Those who have come since are asked about soon.
	if (now - shown.profilesAskedAt < (isKnown ? ASK_EVERY : ASK_SOON))
		return [];
	shown.profilesAskedAt = now;
	const about = shown.kind === "dm" ? { nick: shown.name } : { room: shown.name };
	return [track(state, { type: "who", ...about }, { quiet: true, key: shown.key, about: about.nick })];
}

/** Asks for the profile of one person; returns the packet to send. */
export function askForProfile(state, nick) {
	return track(state, { type: "who", nick }, { quiet: true });
}

export function keepProfiles(state, users, now) {
	for (const { nick, protocol = "", rooms = [], idle = 0, away = false, account = false } of users)
		state.profiles.set(fold(nick), { protocol, rooms, quietSince: now - idle * 1000, isAway: away, isRegistered: account });
	state.profilesVersion++;
}

/** These people are present; those of them who are away have lost their connection and may come back. */
export function noteAway(state, nicks, away = []) {
	const keys = new Set(away.map(fold));
	for (const key of nicks.map(fold)) {
		const profile = state.profiles.get(key);
		if (keys.has(key) && !profile?.isAway)
			state.profiles.set(key, { protocol: "", rooms: [], quietSince: Infinity, ...profile, isAway: true });
		else if (profile?.isAway && !keys.has(key))
			state.profiles.delete(key); // to be asked about again
		else
			continue;
		state.profilesVersion++;
	}
}

/** Another person may have this name from now on. */
export function forgetProfile(state, nick) {
	if (state.profiles.delete(fold(nick)))
		state.profilesVersion++;
}

export function renameProfile(state, from, to) {
	const profile = state.profiles.get(fold(from));
	state.profiles.delete(fold(from));
	if (profile)
		state.profiles.set(fold(to), profile);
	state.profilesVersion++;
}

/** The person has said something just now. */
export function noteSpeaking(state, nick, now) {
	const profile = state.profiles.get(fold(nick));
	if (profile && isIdle(profile, now))
		state.profilesVersion++;
	if (profile?.isAway)
		forgetProfile(state, nick);
	else if (profile)
		profile.quietSince = now;
}

/** undefined if nothing is known of the person. */
export function profileOf(state, nick) {
	return state.profiles.get(fold(nick));
}

export function isIdle({ quietSince }, now) {
	return now - quietSince > IDLE_FROM;
}
