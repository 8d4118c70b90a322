// What the browser does to the page: hides and shows it, keeps it for the Back button, lets it sleep,
// changes the network or the time zone, copies it to another tab; and what of the session survives a
// reload, or the closing of the tab for a minute.

import { timeZoneChanged } from "./i18n/times.js";
import {
	forgetLingering, forgetLogin, forgetSession, rememberDirects, rememberedDirects, rememberedLeaving, rememberedLingering, rememberedLogin, rememberedSession, rememberLeaving, rememberLingering, rememberLogin, rememberSession,
} from "./lib/storage.js";
import { sameName } from "./lib/names.js";
import { describeDirects, describeSession, restoreDirects, resumeSession, takeUpSession } from "./model/resume.js";
import { setPageFocused, setPageVisible } from "./model/state.js";
import { newLineage } from "./net/twins.js";

const TICK = 5000;     // ms
const SLEPT = 90_000;  // ms between two ticks that only a computer that slept can explain: a hidden tab has one a minute

let stored = "";

/** Restores the session that a reload has interrupted; says whether there was one. */
export function restoreSession(state, room) {
	const left = rememberedLeaving();
	rememberLeaving(null);
	const isRestored = resumeSession(state, rememberedSession(), left, room);
	if (isRestored) {
		restoreDirects(state, rememberedDirects());
		takeLogin(state, left);
		forgetLingering(state.secret);
	}
	return isRestored;
}

// A copy of a tab whose user stays logged in has a session of its own: it has not been left.
function takeLogin(state, left) {
	const login = rememberedLogin();
	if (login === null || !sameName(login.nick, state.nick))
		return;
	state.login.secret = login.secret;
	if (left === 0 && !state.elsewhere)
		Object.assign(state, { secret: "", lineage: newLineage() });
}

/** Stores what a reload is to restore, if it has changed. What changes with every message is stored now and then: `all`. */
export function storeSession(state, all = false) {
	const session = describeSession(state);
	if (session === null)
		return;
	if (all)
		rememberDirects(describeDirects(state));
	const text = JSON.stringify({ ...session, lastId: all ? session.lastId : 0 });
	if (text === stored)
		return;
	stored = text;
	rememberSession(session);
}

/** The user has logged out, and stays so. secret: by which this tab would have logged in again. */
export function dropSession(secret) {
	stored = "";
	forgetSession();
	forgetLogin(secret);
}

/** The user has logged in, or has another name. */
export function storeLogin({ nick, login: { secret } }) {
	if (secret !== "")
		rememberLogin({ nick, secret });
}

/** The user logs in by the name of a tab that was closed just now: it is the same person. */
export function takeLingering(state, nick) {
	const { nick: name, secret, lineage } = rememberedLingering() ?? {};
	if (typeof secret !== "string" || typeof lineage !== "string" || typeof name !== "string" || !sameName(name, nick))
		return;
	forgetLingering(secret);
	Object.assign(state, { secret, lineage, toEnter: state.wanted.room });
}

/** draw() draws at once; redraw() also what only a change of time zone can change. */
export function watchPage(state, connection, twins, { draw, redraw }) {
	addEventListener("pagehide", () => {
		rememberLeaving(Date.now());
		storeSession(state, true);
		// Whose name is registered has to prove it again.
		if (state.secret !== "" && !state.elsewhere && !state.account.isMine)
			rememberLingering({ nick: state.nick, secret: state.secret, lineage: state.lineage });
		// A page that the browser keeps for the Back button would keep its socket, and so the name, too.
		connection.suspend();
		twins.close();
	});
	addEventListener("pageshow", ({ persisted }) => {
		rememberLeaving(null);
		twins.open();
		if (!persisted)
			return;
		// Another page in this tab may have gone on with the session meanwhile.
		takeUpSession(state, rememberedSession());
		forgetLingering(state.secret);
		if (state.phase !== "login" && !state.elsewhere)
			connection.start();
	});
	document.addEventListener("visibilitychange", () => {
		setPageVisible(state, !document.hidden);
		draw();
		if (!document.hidden)
			awake();
	});
	for (const type of ["focus", "blur"])
		addEventListener(type, () => setPageFocused(state, document.hasFocus()));
	// After being frozen, as background tabs are, and after the network has changed.
	document.addEventListener("resume", awake);
	addEventListener("online", awake);
	addEventListener("offline", draw);
	// There is no event for a computer that wakes up.
	let ticked = Date.now();
	setInterval(() => {
		const before = ticked;
		ticked = Date.now();
		storeSession(state, true);
		if (ticked - before > SLEPT)
			awake();
	}, TICK);
	setPageVisible(state, !document.hidden);
	setPageFocused(state, document.hasFocus());

	function awake() {
		connection.reconnectNow();
		connection.check();
		if (timeZoneChanged())
			redraw();
	}
}
