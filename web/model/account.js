// The user's account: whether there is one, what can be done with it, and the user's sessions. Pure:
// changes the state, and returns packets to send. Keeps no password: it is only in the packet that is
// returned, which differs in that from the one that waits for its answer.

import { t } from "../i18n/translate.js";
import { createLoaded } from "./loaded.js";
import { settle, track } from "./outbox.js";
import { refusalText } from "./refusals.js";
import { notify, ofKind } from "./state.js";

const LEAST = 8;   // bytes of a password
const MOST = 256;

const DONE = { register: "nameKept", password: "passwordChanged", unregister: "nameGivenUp" };

/** Why this cannot be a password; "" if it can. */
export function passwordProblem(password) {
	const bytes = new TextEncoder().encode(password).length;
	return bytes < LEAST || bytes > MOST ? t("passwordInvalid") : "";
}

/** What a packet `welcome` says of accounts. */
export function accountWelcomed(state, { account, accounts = "", login }) {
	const { login: before } = state;
	Object.assign(state.account, { offered: accounts, sessions: null });
	state.login = { ...before, password: "", stay: false, asksPassword: false, secret: login ?? (account ? before.secret : "") };
	setRegistered(state, account === true);
}

// The server keeps what is said in an account's conversations.
function setRegistered(state, isMine) {
	state.account.isMine = isMine;
	for (const dm of ofKind(state, "dm"))
		if (isMine !== (dm.loaded !== null))
			dm.loaded = isMine ? createLoaded() : null;
}

/** Opens the dialog that does something with the account: what is "register", "password", "unregister" or "sessions". */
export function openAccount(state, { what }) {
	const { offered, isMine } = state.account;
	if (offered === "")
		return { refused: t("noAccounts") };
	if (what === "register" && isMine)
		return { refused: t("registeredAlready", state) };
	if (what === "register" && offered !== "open")
		return { refused: t("registerClosed") };
	if (what !== "register" && !isMine)
		return { refused: t("notRegistered") };
	Object.assign(state.account, { open: what, status: "", problem: "" });
	return { packets: what === "sessions" ? askForSessions(state) : [] };
}

/** Registers the name, changes its password or gives it up. secrets: { password } or { old, new }. */
export function changeAccount(state, { what, secrets }) {
	return { packets: request(state, { type: what }, secrets) };
}

function askForSessions(state) {
	return request(state, { type: "sessions" });
}

/** Ends sessions of the user, by their numbers. */
export function endSessions(state, { numbers }) {
	return { packets: numbers.flatMap((end) => request(state, { type: "sessions", end })) };
}

function request(state, packet, secrets = {}) {
	if (!state.online) {
		Object.assign(state.account, { status: "failed", problem: t("accountOffline") });
		return [];
	}
	Object.assign(state.account, { status: "busy", problem: "" });
	return [{ ...track(state, packet, { quiet: true, account: packet.type }), ...secrets }];
}

/** The name of this session's user is registered now, or not any more. */
export function accountChanged({ registered, message, time, ref }, state) {
	const request = settle(state, ref);
	setRegistered(state, registered === true);
	if (registered !== true)
		state.login.secret = "";
	const what = request?.account ?? request?.secret;
	const text = Object.hasOwn(DONE, what) ? t(DONE[what], state) : message;
	if (request?.account)
		Object.assign(state.account, { status: "done", open: "", problem: "" });
	if (request?.account)
		state.sentence = { text };
	else
		notify(state, text, time, request?.key);
}

export function sessionsAnswered({ sessions, ref }, state) {
	const request = settle(state, ref);
	Object.assign(state.account, { sessions, status: "", problem: "" });
	if (request && !request.account)
		state.account.open = "sessions";
}

/** The server has refused a request, or the connection is lost: then there is no code. */
export function accountFailed(state, { account, packet }, code, text) {
	if (account)
		Object.assign(state.account, { status: "failed", problem: code ? refusalText(state, code, text, packet) : t("accountOffline") });
}
