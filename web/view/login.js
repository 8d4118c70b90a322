// The login form. A refused nick stays in its field.

import { presentIn } from "../i18n/greeting.js";
import { t } from "../i18n/translate.js";
import { byId, setText } from "./dom.js";

const field = byId("nick");

/** login(nick) is called on submit. */
export function createLogin(login) {
	let problem = "";

	byId("login-form").addEventListener("submit", (event) => {
		event.preventDefault();
		login(field.value.trim());
	});
	byId("suggestion").addEventListener("click", () => {
		field.value = byId("suggestion").dataset.nick;
		login(field.value);
	});
	field.addEventListener("input", () => field.removeAttribute("aria-invalid"));

	return { draw, open };

	function open(nick) {
		// What is being typed must not be selected, since the next key would replace it.
		const isTyping = field.value !== "" && document.activeElement === field;
		if (field.value === "")
			field.value = nick;
		field.focus();
		if (!isTyping)
			field.select();
	}

	function draw(state) {
		setText(byId("login-room"), state.wanted.room ? t("pickNameFor", state.wanted) : t("pickName"));
		setText(byId("login-present"), presentIn(state.greeting));
		byId("enter").setAttribute("aria-busy", String(state.phase === "entering"));
		setText(byId("enter"), t(state.phase === "entering" ? "joining" : "join"));
		setText(byId("login-problem"), state.problem);
		byId("suggestion").hidden = state.suggestion === "";
		setText(byId("suggestion"), t("take", { nick: state.suggestion }));
		byId("suggestion").dataset.nick = state.suggestion;
		if (state.problem && state.problem !== problem) {
			field.setAttribute("aria-invalid", "true");
			field.focus();
		}
		problem = state.problem;
	}
}
