// What the page stores in the browser: the nick and the settings permanently, the secret of a user who stays
// logged in, and for a minute the session of a tab that was closed; drafts, direct messages, and what a reload is to restore, until the tab is closed. What is
// read is not checked here. Where the browser stores nothing (private windows, full disks),
// the page works without.

const NICK = "teahouse.nick";
const DRAFTS = "teahouse.drafts";
const SETTINGS = "teahouse.settings";
const SESSION = "teahouse.session";
const DIRECTS = "teahouse.directs";
const LINGERING = "teahouse.lingering";
const LOGIN = "teahouse.login";
const PROBE = "teahouse.probe";
const LEFT = "teahouse.left"; // when the page was left; missing while it is shown

export function rememberedNick() {
	return read(() => localStorage.getItem(NICK));
}

export function rememberNick(nick) {
	write(() => localStorage.setItem(NICK, nick));
}

export function rememberedSettings() {
	return parsed(read(() => localStorage.getItem(SETTINGS))) ?? {};
}

export function rememberSettings(settings) {
	write(() => localStorage.setItem(SETTINGS, JSON.stringify(settings)));
}

/** What was typed and not sent: { name of the conversation: text }. */
export function rememberedDrafts() {
	const drafts = parsed(read(() => sessionStorage.getItem(DRAFTS)));
	return Object.fromEntries(Object.entries(drafts ?? {}).filter(([, text]) => typeof text === "string"));
}

export function rememberDrafts(drafts) {
	write(() => sessionStorage.setItem(DRAFTS, JSON.stringify(drafts)));
}

/** The user's session before a reload, or null. */
export function rememberedSession() {
	return parsed(read(() => sessionStorage.getItem(SESSION)));
}

export function rememberSession(session) {
	write(() => sessionStorage.setItem(SESSION, JSON.stringify(session)));
}

/** The direct messages that were shown, which the server does not keep: see describeDirects(). */
export function rememberedDirects() {
	return parsed(read(() => sessionStorage.getItem(DIRECTS)));
}

export function rememberDirects(directs) {
	write(() => sessionStorage.setItem(DIRECTS, JSON.stringify(directs)));
}

/** Forgets the session, all drafts and the direct messages. */
export function forgetSession() {
	for (const key of [SESSION, DRAFTS, DIRECTS])
		write(() => sessionStorage.removeItem(key));
}

/** Notes that the page is being left; null: that it is shown again. */
export function rememberLeaving(time) {
	write(() => time === null ? sessionStorage.removeItem(LEFT) : sessionStorage.setItem(LEFT, String(time)));
}

/** When the page was left, in ms; 0 if it was not, as in a copy of a tab that is still open. */
export function rememberedLeaving() {
	return Number(read(() => sessionStorage.getItem(LEFT))) || 0;
}

/** The session of the tab that was closed last: { nick, secret, lineage }. It is the user's who logs in by that name. */
export function rememberLingering(session) {
	write(() => localStorage.setItem(LINGERING, JSON.stringify(session)));
}

/** That session, or null. */
export function rememberedLingering() {
	return parsed(read(() => localStorage.getItem(LINGERING)));
}

/** The tab with this secret is there again. */
export function forgetLingering(secret) {
	if (rememberedLingering()?.secret === secret)
		write(() => localStorage.removeItem(LINGERING));
}

/** By what a user who stays logged in logs in: { nick, secret }, or null. */
export function rememberedLogin() {
	const { nick, secret } = parsed(read(() => localStorage.getItem(LOGIN))) ?? {};
	return typeof nick === "string" && nick !== "" && typeof secret === "string" && secret !== "" ? { nick, secret } : null;
}

export function rememberLogin(login) {
	write(() => localStorage.setItem(LOGIN, JSON.stringify(login)));
}

/** Forgets it, unless another user's has taken its place. */
export function forgetLogin(secret) {
	if (rememberedLogin()?.secret === secret)
		write(() => localStorage.removeItem(LOGIN));
}

/** Whether anything can be stored for the next visit. */
export function canRemember() {
	try {
		localStorage.setItem(PROBE, "1");
		localStorage.removeItem(PROBE);
		return true;
	} catch {
		return false;
	}
}

function parsed(text) {
	try {
		return JSON.parse(text || "null");
	} catch {
		return null;
	}
}

function read(get) {
	try {
		return get() ?? "";
	} catch {
		return "";
	}
}

function write(set) {
	try {
		set();
	} catch {
		// The value is lost, which is no reason to fail.
	}
}
