// The form one comes in by. A refused name stays where it was typed.

import { part, setText } from "./dom.js";

const field = part("nick");

/** enter(nick) tries to come in. */
export function createDoor(enter) {
	let problem = "";

	part("door-form").addEventListener("submit", (event) => {
		event.preventDefault();
		enter(field.value.trim());
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
		part("door-room").textContent = state.wanted.room ? `Pick a name and come in to ${state.wanted.room}.` : "Pick a name and come in.";
		part("enter").setAttribute("aria-busy", String(state.phase === "entering"));
		setText(part("enter"), state.phase === "entering" ? "Joining …" : "Join");
		setText(part("door-problem"), state.problem);
		if (state.problem && state.problem !== problem) {
			field.setAttribute("aria-invalid", "true");
			field.focus();
		}
		problem = state.problem;
	}
}
