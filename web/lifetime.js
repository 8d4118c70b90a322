// What the browser does to the page: hides and shows it, keeps it for the Back button, lets it sleep,
// changes the network or the time zone; and what of the session survives a reload.

import { timeZoneChanged } from "./i18n/times.js";
import { forgetSession, rememberedLeaving, rememberedSession, rememberLeaving, rememberSession } from "./lib/storage.js";
import { describeSession, resumeSession } from "./model/resume.js";
import { setPageFocused, setPageVisible } from "./model/state.js";

const TICK = 5000;     // ms
const SLEPT = 90_000;  // ms between two ticks that only a computer that slept can explain: a hidden tab has one a minute

let stored = "";

/** Restores the session that a reload has interrupted; says whether there was one. */
export function restoreSession(state, room) {
	const left = rememberedLeaving();
	rememberLeaving(null);
	return resumeSession(state, rememberedSession(), left, room);
}

/** Stores what a reload is to restore, if it has changed. */
export function storeSession(state) {
	const session = describeSession(state);
	const text = JSON.stringify(session);
	if (session === null || text === stored)
		return;
	stored = text;
	rememberSession(session);
}

/** The user has logged out. */
export function dropSession() {
	stored = "";
	forgetSession();
}

/** draw() draws at once; redraw() also what only a change of time zone can change. */
export function watchPage(state, connection, { draw, redraw }) {
	// A page that the browser keeps for the Back button would keep its socket, and so the name, too.
	addEventListener("pagehide", () => {
		rememberLeaving(Date.now());
		connection.suspend();
	});
	addEventListener("pageshow", ({ persisted }) => {
		rememberLeaving(null);
		if (persisted && state.phase !== "login")
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
