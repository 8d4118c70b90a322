// What the page stores in the browser: the nick and the settings permanently, drafts until the tab
// is closed. Where the browser stores nothing (private windows, full disks), the page works without.

const NICK = "teahouse.nick";
const DRAFT = "teahouse.draft.";
const SETTINGS = "teahouse.settings";

export function rememberedNick() {
	return read(() => localStorage.getItem(NICK));
}

export function rememberNick(nick) {
	write(() => localStorage.setItem(NICK, nick));
}

export function rememberedSettings() {
	try {
		return JSON.parse(read(() => localStorage.getItem(SETTINGS)) || "{}");
	} catch {
		return {};
	}
}

export function rememberSettings(settings) {
	write(() => localStorage.setItem(SETTINGS, JSON.stringify(settings)));
}

export function rememberedDraft(key) {
	return read(() => sessionStorage.getItem(DRAFT + key));
}

export function rememberDraft(key, text) {
	write(() => text === "" ? sessionStorage.removeItem(DRAFT + key) : sessionStorage.setItem(DRAFT + key, text));
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
