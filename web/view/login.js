// The login form. A refused nick stays in its field.

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
		if (field.value === "")
			field.value = nick;
		field.focus();
		field.select();
	}

	function draw(state) {
		setText(byId("login-room"), state.wanted.room ? t("pickNameFor", state.wanted) : t("pickName"));
		setText(byId("login-present"), presentIn(state));
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

/** `2 people in main now`; "" before the server has told it. */
function presentIn({ greeting }) {
	if (!greeting)
		return "";
	return greeting.users > 0 ? t("present", { count: greeting.users, room: greeting.room }) : t("nobodyPresent", greeting);
}
