// Applies the settings that change how the page looks, while it is shown. boot.js does the same before
// the first picture.

import { setHours } from "../i18n/times.js";
import { byId } from "./dom.js";

const root = document.documentElement;
const colours = [...document.querySelectorAll("meta[name=theme-color]")].map((meta) => ({ meta, own: meta.content }));

/** Says whether lines that are drawn already must be drawn again. */
export function applyAppearance(settings) {
	const theme = settings.get("theme");
	setOrRemove("theme", theme, "system");
	setOrRemove("textSize", settings.get("textSize"), "normal");
	const redraw = root.dataset.density !== settings.get("density");
	root.dataset.density = settings.get("density");
	for (const { meta, own } of colours)
		meta.content = theme === "system" ? own : colours[theme === "light" ? 0 : 1].own;
	byId("messages").classList.toggle("hide-presence", !settings.get("presence"));
	return setHours(settings.get("hours")) || redraw;
}

function setOrRemove(name, value, none) {
	if (value === none)
		delete root.dataset[name];
	else
		root.dataset[name] = value;
}
