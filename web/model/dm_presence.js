// Whether the other person of a dm is logged in, and may be another one than before: a name that is
// not registered is free for others once its user has left. The page learns of it from rooms that
// both are in, and otherwise by asking the server. Does not know how it is shown.

import { t } from "../i18n/translate.js";
import { fold, sameName } from "../lib/names.js";
import { track } from "./outbox.js";
import { find, findOrOpen, notify, ofKind } from "./state.js";

const ASKED_AT_ONCE = 20;

/** To be called when a user has left a room; returns the packets to send. */
export function personLeftRoom(state, nick) {
	const dm = find(state, "dm", nick);
	if (!dm || dm.offline || isInSight(state, nick))
		return [];
	dm.unsure = true;
	return [askFor(state, dm)];
}

/** To be called when the name is seen in use. */
export function personSeen(state, nick, time) {
	const dm = find(state, "dm", nick);
	if (dm && (dm.offline || dm.unsure))
		nameTaken(state, dm, time);
	if (dm)
		dm.name = nick; // perhaps with other capitals
}

/** To be called when the people of a room are listed. */
export function peopleSeen(state, { people }, time) {
	for (const dm of ofKind(state, "dm"))
		if (dm.offline && !dm.former && people.has(fold(dm.name)))
			nameTaken(state, dm, time);
}

/** The server has listed these users, and says whose names are registered. */
export function peopleKnown(state, users, time) {
	for (const { nick, account = false } of users) {
		const dm = find(state, "dm", nick);
		if (!dm || dm.former)
			continue;
		const isGivenUp = dm.registered && !account;
		if (isGivenUp)
			dm.registered = false;
		if (isGivenUp || dm.offline)
			nameTaken(state, dm, time);
		dm.registered = account;
	}
}

/** The person was written to and has an account, but is away: the name stays that person's. */
export function personLater(state, name, time) {
	const dm = findOrOpen(state, "dm", name);
	Object.assign(dm, { offline: true, unsure: false, changed: false, registered: true });
	notify(state, t("directLater", { name: dm.name }), time, dm.key);
}

/** Another person may have the name of this dm now. */
export function nameTaken(state, dm, time) {
	if (dm.registered)
		return void Object.assign(dm, { offline: false, unsure: false });
	if (!dm.offline)
		notify(state, t("personLeft", dm), time, dm.key);
	Object.assign(dm, { offline: false, unsure: false, changed: true });
	notify(state, t("nameUsedAgain", dm), time, dm.key);
}

/** The person of the dm is not logged in. */
export function personOffline(state, dm, time) {
	if (dm.offline)
		return;
	Object.assign(dm, { offline: true, unsure: false });
	// The person reads it later.
	if (dm.registered)
		return;
	notify(state, t("personLeft", dm), time, dm.key);
}

/** Asks who of the people of the open dms is still there; returns the packets to send. */
export function askForPeople(state) {
	return ofKind(state, "dm").filter((dm) => !dm.former).slice(0, ASKED_AT_ONCE).map((dm) => askFor(state, dm));
}

/** Asks whether the person of this dm is still there; returns the packet to send. */
export function askFor(state, dm) {
	return track(state, { type: "who", nick: dm.name }, { quiet: true, key: dm.key, about: dm.name });
}

/** The answer to askFor: users are those with that name, or all of the server. */
export function personAnswered(state, request, users, time) {
	const dm = state.conversations.get(request.key);
	// Meanwhile the person has taken another name, or another user has been seen with this one.
	if (!dm || dm.former || !sameName(dm.name, request.about))
		return;
	if (!users.some(({ nick }) => sameName(nick, dm.name)))
		personOffline(state, dm, time);
	else if (dm.offline)
		nameTaken(state, dm, time);
	else
		dm.unsure = false;
}

function isInSight(state, nick) {
	return ofKind(state, "room").some((room) => room.joined && room.people.has(fold(nick)));
}
