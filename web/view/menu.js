// A menu beside the button that opens it. Its items are { label, run } or, if they are not possible
// now, { label, reason }. Does not know what the items do.

import { byId, element } from "./dom.js";

const menu = byId("menu");
let opener = null;

/** Opens the menu below a button, or at a point { x, y }; the button gets the focus back. */
export function openMenu(button, label, items, point) {
	const wasOpen = opener === button && menu.matches(":popover-open");
	menu.hidePopover();
	if (wasOpen)
		return;
	opener = button;
	button.setAttribute("aria-expanded", "true");
	menu.firstElementChild.setAttribute("aria-label", label);
	menu.firstElementChild.replaceChildren(...items.map(makeItem));
	menu.showPopover();
	const below = button.getBoundingClientRect();
	place(menu, point ?? { x: below.left, y: below.bottom + 4 });
	menu.querySelector("[role=menuitem]").focus();
}

/** Moves what is shown over the page to a point, or as near as the page has room for it. */
export function place(shown, { x, y }) {
	const { width, height } = shown.getBoundingClientRect();
	shown.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
	shown.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

function makeItem({ label, run, reason }) {
	const item = element("button", { "type": "button", "className": "row", "role": "menuitem", "tabIndex": -1, "aria-disabled": String(Boolean(reason)) },
		element("span", { textContent: label }));
	if (reason)
		item.append(element("span", { className: "about", textContent: reason }));
	item.addEventListener("click", () => {
		if (reason)
			return;
		menu.hidePopover();
		run();
	});
	return item;
}

menu.addEventListener("keydown", (event) => {
	const items = [...menu.querySelectorAll("[role=menuitem]")];
	const at = items.indexOf(document.activeElement);
	const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
	if (event.key === "Escape" || event.key === "Tab")
		menu.hidePopover();
	else if (to !== undefined)
		items[to].focus();
	else
		return;
	event.preventDefault();
	event.stopPropagation();
});
menu.addEventListener("toggle", ({ newState }) => {
	if (newState !== "closed" || opener === null)
		return;
	opener.setAttribute("aria-expanded", "false");
	if (document.activeElement === document.body || menu.contains(document.activeElement))
		opener.focus();
});
