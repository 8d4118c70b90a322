// The form one comes in by. A refused name stays where it was typed.

import { say } from "../i18n/translate.js";
import { part, setText } from "./dom.js";

const field = part("nick");

/** enter(nick) tries to come in. */
export function createDoor(enter) {
	let problem = "";

	part("door-form").addEventListener("submit", (event) => {
		event.preventDefault();
		enter(field.value.trim());
	});
	part("suggestion").addEventListener("click", () => {
		field.value = part("suggestion").dataset.nick;
		enter(field.value);
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
		part("door-room").textContent = state.wanted.room ? say("pickNameFor", state.wanted) : say("pickName");
		part("enter").setAttribute("aria-busy", String(state.phase === "entering"));
		setText(part("enter"), say(state.phase === "entering" ? "joining" : "join"));
		setText(part("door-problem"), state.problem);
		part("suggestion").hidden = state.suggestion === "";
		setText(part("suggestion"), say("take", { nick: state.suggestion }));
		part("suggestion").dataset.nick = state.suggestion;
		if (state.problem && state.problem !== problem) {
			field.setAttribute("aria-invalid", "true");
			field.focus();
		}
		problem = state.problem;
	}
}
