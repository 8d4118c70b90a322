// Names in the messages by keyboard: in the log, Enter goes to the last name in view, Up and Down to
// the next one, Enter does what a click does, and Escape goes back. So the Tab key need not stop at
// each message.

/** log: the element that scrolls and has the focus. */
export function nameKeys(log) {
	log.addEventListener("keydown", (event) => {
		const at = event.target.closest("button.nick");
		const to = at ? neighbour(log, at, event.key) : event.target === log && event.key === "Enter" ? lastInView(log) : null;
		if (!to || event.altKey || event.ctrlKey || event.metaKey)
			return;
		event.preventDefault();
		event.stopPropagation();
		to.focus();
		to.scrollIntoView?.({ block: "nearest" });
	});
}

function names(log) {
	return [...log.querySelectorAll("button.nick")].filter((name) => name.offsetParent && name.offsetWidth > 1);
}

function lastInView(log) {
	const { top, bottom } = log.getBoundingClientRect();
	return names(log).findLast((name) => {
		const box = name.getBoundingClientRect();
		return box.top >= top && box.bottom <= bottom;
	});
}

function neighbour(log, at, key) {
	if (key === "Escape")
		return log;
	const step = { ArrowUp: -1, ArrowDown: 1 }[key];
	const all = names(log);
	return step && (all[all.indexOf(at) + step] ?? at);
}
