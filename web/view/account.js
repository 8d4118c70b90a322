// What a user can do with the account: in the settings what there is, and a dialog for each. Its fields are
// made when it opens and are gone when it closes, so that no password stays in the page. Does not know packets.

import { formatDateTime, formatDuration } from "../i18n/times.js";
import { t } from "../i18n/translate.js";
import { passwordProblem } from "../model/account.js";
import { byId, element, setText } from "./dom.js";

const dialog = byId("account");
const body = byId("account-body");
const TITLES = { register: "keepName", password: "changePassword", unregister: "giveNameUp", sessions: "sessions" };
const ABOUT = { register: "keepNameAbout", password: "changePasswordAbout", unregister: "giveNameUpAbout" };
const PROTOCOLS = { web: "viaWeb", stay: "viaStay", json: "viaTerminal", telnet: "viaTelnet" };

/** act(action) does what was clicked. Returns { draw() }. */
export function createAccount(state, act) {
	let drawn = "";       // the dialog that is open
	let sessions = null;  // the list that is drawn
	let submit = null;

	byId("account-actions").addEventListener("click", ({ target }) => {
		const { account } = target.dataset;
		if (account) {
			byId("settings").close();
			act({ do: "openAccount", what: account });
		}
	});
	byId("account-close").addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
	dialog.addEventListener("close", () => {
		// The event comes later: the next one may be open already.
		if (state.account.open === drawn)
			state.account.open = "";
		clear();
	});

	return { draw };

	function clear() {
		drawn = "";
		sessions = submit = null;
		body.replaceChildren();
	}

	function draw() {
		drawSettings();
		const { open, status, problem } = state.account;
		if (open === "")
			return void (drawn !== "" && dialog.close());
		if (open !== drawn)
			begin(open);
		if (open === "sessions" && state.account.sessions !== sessions)
			drawSessions();
		setText(byId("account-problem"), problem);
		const waits = status === "busy";
		const waited = submit?.getAttribute("aria-busy") === "true";
		submit?.setAttribute("aria-disabled", String(waits));
		submit?.setAttribute("aria-busy", String(waits));
		if (submit)
			setText(submit, t(waits ? "pleaseWait" : TITLES[open]));
		if (waited && status === "failed")
			correct(body.querySelector(".field input"));
	}

	function drawSettings() {
		const { offered, isMine } = state.account;
		byId("account-settings").hidden = offered === "";
		setText(byId("account-about"), t(isMine ? "nameIsYours" : offered === "open" ? "nameIsFree" : "registerClosed", state));
		for (const button of byId("account-actions").children)
			button.hidden = button.dataset.account === "register" ? isMine || offered !== "open" : !isMine;
	}

	function begin(what) {
		clear();
		drawn = what;
		setText(byId("account-title"), t(TITLES[what], state));
		if (what !== "sessions")
			body.append(form(what));
		if (!dialog.open)
			dialog.showModal();
		body.querySelector("input[type=password]")?.focus();
	}

	function form(what) {
		const old = what === "register" ? null : passwordField("old-password", "current-password", what === "password" ? "oldPassword" : "password");
		const fresh = what === "unregister" ? null : passwordField("new-password", "new-password", what === "password" ? "newPassword" : "password");
		const shown = element("input", { type: "checkbox" });
		shown.addEventListener("change", () => showPasswords(shown.checked));
		submit = element("button", { type: "submit", className: what === "unregister" ? "primary danger" : "primary" });
		// A browser's password manager is to know whose password it is.
		const name = element("input", { type: "text", name: "username", autocomplete: "username", value: state.nick, readOnly: true, hidden: true });
		const made = element("form", { "id": "account-form", "noValidate": true }, element("p", { textContent: t(ABOUT[what], state) }), name,
			...[old, fresh].filter(Boolean), element("label", { className: "check" }, shown, element("span", { textContent: t("showPassword") })),
			element("p", { className: "buttons" }, submit));
		made.addEventListener("submit", (event) => {
			event.preventDefault();
			send(what, old?.querySelector("input"), fresh?.querySelector("input"));
		});
		return made;
	}

	function send(what, old, fresh) {
		if (state.account.status === "busy")
			return;
		const problem = old?.value === "" ? t("enterPassword") : fresh ? passwordProblem(fresh.value) : "";
		Object.assign(state.account, { status: problem ? "failed" : "", problem });
		if (problem)
			return void (correct(old?.value === "" ? old : fresh), draw());
		const secrets = what === "password" ? { old: old.value, new: fresh.value } : { password: (old ?? fresh).value };
		act({ do: "changeAccount", what, secrets });
	}

	function drawSessions() {
		({ sessions } = state.account);
		if (sessions === null)
			return;
		const others = sessions.filter((one) => !one.this).map(({ number }) => number);
		const all = element("button", { type: "button", className: "primary", textContent: t("endOthers"), hidden: others.length < 2 });
		all.addEventListener("click", () => act({ do: "endSessions", numbers: others }));
		const had = document.activeElement?.dataset.number;
		body.replaceChildren(element("ul", { id: "session-list" }, ...sessions.map(sessionRow)), element("p", { className: "buttons" }, all));
		if (had !== undefined)
			(body.querySelector(`[data-number="${had}"]`) ?? byId("account-close")).focus();
	}

	function sessionRow({ number, protocol, since, until, idle, this: isThis }) {
		const what = t(PROTOCOLS[protocol] ?? "viaProgram");
		const times = [t("since", { time: formatDateTime(since) }), until && t("until", { time: formatDateTime(until) }), idle >= 60 && t("idleFor", { span: formatDuration(idle) })];
		const about = element("div", {}, element("strong", { textContent: isThis ? t("thisSession", { what }) : what }),
			element("span", { className: "muted", textContent: times.filter(Boolean).join(", ") }));
		const row = element("li", {}, about);
		if (isThis)
			return row;
		const end = element("button", { "type": "button", "className": "inline-button", "textContent": t("endSession"), "data-number": String(number), "aria-label": t("endSessionOf", { what, time: formatDateTime(since) }) });
		end.addEventListener("click", () => act({ do: "endSessions", numbers: [number] }));
		row.append(end);
		return row;
	}
}

function passwordField(name, autocomplete, label) {
	const input = element("input", { "type": "password", name, "id": name, autocomplete, "aria-describedby": "account-problem" });
	return element("div", { className: "field" }, element("label", { htmlFor: name, textContent: t(label) }), input);
}

// What was refused cannot be seen: what is typed next replaces it.
function correct(input) {
	input.focus();
	input.select();
}

function showPasswords(shown) {
	for (const input of body.querySelectorAll(".field input"))
		input.type = shown ? "text" : "password";
}
