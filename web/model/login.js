// The login: the first packet of a connection, and what is to be done when the server refuses it: ask for
// another name or for a password, or wait. Pure: changes the state, and returns the packets to send. Does not
// know the form.

import { t } from "../i18n/translate.js";
import { refusalText } from "./refusals.js";
import { createLogin, createState } from "./state.js";

// How long the server may take to notice that the lost connection is dead, in ms.
const NICK_HELD_FOR = 90_000;
const NICK_LETTERS = 32;
const FOR_PASSWORD = new Set(["password-needed", "password-wrong", "login-failed"]);

/** Begins the login. password: "" for a name that is not registered; stay: the server is to give a secret. */
export function startLogin(state, nick, room, { password = "", stay = false } = {}) {
	const { asksPassword, asks } = state.login;
	const login = { ...createLogin(), asksPassword, asks, password, stay };
	Object.assign(state, { phase: "entering", problem: "", suggestion: "", wanted: { nick, room }, secret: "", lastId: 0, toEnter: "", ghostSince: 0, login });
}

/** Begins the login of a user who has stayed logged in. */
export function startStayed(state, { nick, secret }, room) {
	startLogin(state, nick, room);
	state.login.secret = secret;
}

/** The user wants another name than that whose password is asked for. */
export function stopLogin(state) {
	if (state.conversations.size > 0)
		forgetAll(state);
	Object.assign(state, { phase: "login", problem: "", suggestion: "", secret: "", retryHello: false, helloSent: false, login: createLogin() });
}

/** The first packet of a connection: it resumes the session, if there is one, or begins another. */
export function hello(state) {
	Object.assign(state, { retryHello: false, taken: null, helloSent: true });
	if (state.secret !== "")
		return { type: "hello", version: 2, resume: state.secret, after: state.lastId };
	const { login: { secret, password, stay }, wanted: { nick, room } } = state;
	const packet = { type: "hello", version: 2, ...(room !== "" && { room }) };
	if (secret !== "")
		return { ...packet, login: secret };
	return { ...packet, nick, ...(password !== "" && { password, ...(stay && { stay }) }) };
}

/** Everything is forgotten except what the login form shows. */
export function forgetAll(state) {
	const { nick, server, pageVisible, pageFocused, lastSeq } = state;
	Object.assign(state, createState(), { wanted: { nick, room: "" }, server, pageVisible, pageFocused, lastSeq });
}

/** Another session of the user has ended this one. */
export function sessionEnded(state) {
	forgetAll(state);
	Object.assign(state, { problem: t("sessionEnded"), ended: true });
}

export function helloRefused(state, code, text, now) {
	// No login was attempted: the server closes connections that stay silent.
	if (state.phase === "login")
		return undefined;
	state.helloSent = false;
	if (code === "resume-failed") {
		state.secret = "";
		return [hello(state)];
	}
	if (code === "room-invalid" && state.wanted.room !== "") {
		state.wanted.room = "";
		return [hello(state)];
	}
	const reason = refusalText(state, code, text, { type: "hello", ...state.wanted });
	if (FOR_PASSWORD.has(code))
		return void askForPassword(state, code, reason);
	const isGhost = now - state.ghostSince < NICK_HELD_FOR;
	if (isTaken(code) ? isGhost : state.phase === "in" && mayChange(code)) {
		// The name may be freed soon, and so may a place on a full server.
		state.retryHello = true;
		state.problem = isTaken(code) ? "" : reason;
	} else if (state.phase === "in" && isTaken(code)) {
		state.taken = { code, reason };
	} else {
		askForName(state, code, reason);
	}
	return undefined;
}

// Whether it is known why: then the form says it in words that are no complaint.
function askForPassword(state, code, reason) {
	const isExpected = code === "password-needed" && state.phase === "entering";
	const problem = isExpected ? "" : code === "password-wrong" ? t("passwordWrong") : code === "login-failed" ? reason : t("loginAgain");
	const { asks } = state.login;
	Object.assign(state, { phase: "login", problem, suggestion: "", login: { ...createLogin(), asksPassword: true, asks: asks + 1 } });
}

/** The name is in use, and not by a copy of this tab. */
export function giveUpName(state) {
	const { code, reason } = state.taken;
	state.taken = null;
	askForName(state, code, state.restored ? t("nickElsewhere", state.wanted) : reason);
}

function askForName(state, code, reason) {
	// What was typed as the password stays in its field, but for a name that has none.
	const asksPassword = state.login.asksPassword && !isTaken(code) && mayChange(code);
	Object.assign(state, { phase: "login", problem: reason, suggestion: suggestionFor(code, state.wanted.nick), login: { ...createLogin(), asksPassword, asks: state.login.asks } });
}

/** Whether the same hello may be accepted later. */
function mayChange(code) {
	return code !== "nick-invalid" && code !== "nick-registered" && code !== "password-insecure";
}

/** Whether another user has this nick or one that looks like it. */
function isTaken(code) {
	return code === "nick-taken" || code === "nick-alike";
}

/** Another nick, similar to the refused one: `ann2`, `ann3`, .. */
function suggestionFor(code, nick) {
	if (!isTaken(code) && code !== "nick-registered")
		return "";
	const [, name, number] = /^(.*?)(\d*)$/u.exec(nick);
	const next = String(Number(number || 1) + 1);
	return [...name].slice(0, NICK_LETTERS - next.length).join("") + next;
}
