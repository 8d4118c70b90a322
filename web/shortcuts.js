// The keys that work everywhere on the page. Does not know what they do.

/**
 * isInApp() says whether there is anything to do. The others do it: goTo(), showKeys(), step(by),
 * stepUnread(by), nextMention(), search(), closeSearch(), focus().
 */
export function watchKeys({ isInApp, goTo, showKeys, step, stepUnread, nextMention, search, closeSearch, focus }) {
	// With Ctrl, or with Command on a Mac.
	const withCtrl = { "k": goTo, "/": showKeys, "f": search };
	const arrows = { ArrowUp: -1, ArrowDown: 1 };

	document.addEventListener("keydown", (event) => {
		if (!isInApp())
			return;
		const { altKey, shiftKey } = event;
		const isCommand = event.ctrlKey || event.metaKey;
		// Caps Lock makes a capital of the letter; Shift makes another shortcut of it, a browser's.
		const key = shiftKey ? event.key : letterOf(event);
		const isOver = document.querySelector("dialog[open], .pane.open, :popover-open") !== null;
		// The browser's own search is behind this one.
		if (isCommand && key === "f" && document.querySelector("dialog[open]"))
			return void closeSearch();
		let run = null;
		if (isCommand && !altKey && Object.hasOwn(withCtrl, key))
			run = withCtrl[key];
		else if (altKey && !isCommand && Object.hasOwn(arrows, event.key))
			run = () => (shiftKey ? stepUnread : step)(arrows[event.key]);
		else if (altKey && !isCommand && key === "a" && !isTypedWithAlt(event))
			run = nextMention;
		else if (event.key === "?" && !isTyping(event))
			run = showKeys;
		else if (event.key === "Escape" && !isOver)
			focus();
		else if (event.key.length === 1 && event.key !== " " && !isCommand && !altKey && !isTyping(event) && !isOver)
			focus();
		if (run === null)
			return;
		event.preventDefault();
		run();
	});
}

// The Latin letter of a key, also on a keyboard whose letters are others, such as Cyrillic.
function letterOf({ key, code }) {
	const isForeign = key.length === 1 && key > "\u007f" && /^Key[A-Z]$/u.test(code ?? "");
	return (isForeign ? code.slice(3) : key).toLowerCase();
}

// On a Mac, Alt types letters: with A, an å.
function isTypedWithAlt({ key }) {
	return key.length === 1 && key.toLowerCase() !== "a" && /\p{Script=Latin}/u.test(key);
}

function isTyping({ target }) {
	return target.matches?.("input, textarea") || document.querySelector("dialog[open]") !== null;
}
