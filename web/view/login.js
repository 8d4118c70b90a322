// The login form: the field for the name, and for a name that is registered the one for its password in the
// same place. What was refused stays in its field. Both fields are always in the form, so that a browser's
// password manager sees what belongs together.

import { presentIn } from "../i18n/greeting.js";
import { t } from "../i18n/translate.js";
import { canRemember } from "../lib/storage.js";
import { byId, setText } from "./dom.js";

const SLOW = 4000; // ms after which the form says that it may take longer

const field = byId("nick");
const password = byId("password");
const enter = byId("enter");

/** login(nick, { password, stay }) is called on submit, otherName() to choose another name. */
export function createLogin(login, otherName) {
	let problem = "";
	let asks = 0;
	let isWaiting = false;
	let slow = null;

	byId("stay-choice").hidden = !canRemember();
	byId("login-form").addEventListener("submit", (event) => {
		event.preventDefault();
		const isAsked = !byId("password-field").hidden;
		login(field.value.trim(), isAsked ? { password: password.value, stay: byId("stay").checked } : {});
	});
	byId("suggestion").addEventListener("click", () => {
		field.value = byId("suggestion").dataset.nick;
		login(field.value, {});
	});
	byId("other-name").addEventListener("click", () => {
		password.value = "";
		otherName();
		field.focus();
		field.select();
	});
	for (const at of [field, password])
		at.addEventListener("input", () => at.removeAttribute("aria-invalid"));

	return { draw, open };

	function open(nick) {
		const at = byId("password-field").hidden ? field : password;
		// What is being typed must not be selected, since the next key would replace it.
		const isTyping = at.value !== "" && document.activeElement === at;
		if (field.value === "")
			field.value = nick;
		at.focus();
		if (!isTyping)
			at.select();
	}

	function draw({ phase, wanted, greeting, problem: found, suggestion, login: { asksPassword, asks: asked, secret } }) {
		setText(byId("login-present"), presentIn(greeting));
		setText(byId("login-problem"), found);
		byId("suggestion").hidden = suggestion === "";
		setText(byId("suggestion"), t("take", { nick: suggestion }));
		byId("suggestion").dataset.nick = suggestion;
		drawWaiting(phase, asksPassword || secret !== "");
		setText(byId("login-room"), asksPassword ? t("nickRegistered", wanted) : wanted.room ? t("pickNameFor", wanted) : t("pickName"));
		byId("name-field").hidden = asksPassword;
		byId("password-field").hidden = !asksPassword;
		byId("other-name").hidden = !asksPassword && secret === "";
		const at = asksPassword ? password : field;
		if (phase === "in")
			password.value = "";
		if (phase !== "in" && asksPassword && asks !== asked) {
			field.value = wanted.nick;
			password.focus();
			password.select();
		}
		asks = asked;
		if (found && found !== problem && phase === "login") {
			at.setAttribute("aria-invalid", "true");
			at.focus();
		}
		problem = found;
	}

	function drawWaiting(phase, isProof) {
		const waits = phase === "entering";
		enter.setAttribute("aria-busy", String(waits));
		enter.setAttribute("aria-disabled", String(waits));
		setText(enter, isProof ? t(waits ? "loggingIn" : "logIn") : t(waits ? "joining" : "join"));
		if (waits === isWaiting)
			return;
		isWaiting = waits;
		clearTimeout(slow);
		setText(byId("login-slow"), "");
		if (waits && isProof)
			slow = setTimeout(() => setText(byId("login-slow"), t("loginSlow")), SLOW);
	}
}
