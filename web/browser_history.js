// The page in the browser's history: the address names the room, .../#room/tea, and the Back button
// goes to the conversation that was shown before.

const ROOM = "room/"; // before the room's name in the address

/** The room that the page's address names; "" if none. */
export function roomInAddress() {
	const fragment = location.hash.slice(1);
	try {
		return fragment.toLowerCase().startsWith(ROOM) ? decodeURIComponent(fragment.slice(ROOM.length)) : "";
	} catch {
		return "";
	}
}

/** Records which conversation is shown. Direct messages have no address of their own. */
export function recordShown({ key, kind, name }, isOpen) {
	const isAddressRight = kind !== "room" || name === roomInAddress();
	if (history.state?.key === key && isAddressRight)
		return;
	// An entry of a conversation that is closed would do nothing when it is gone back to.
	const isNew = history.state?.key !== key && isOpen(history.state?.key);
	const address = isAddressRight ? "" : `#${ROOM}${encodeURIComponent(name)}`;
	history[isNew ? "pushState" : "replaceState"]({ key }, "", address);
}

/** Calls show(key) for the entry that the user goes back or forward to, and join(room) for an address typed in. */
export function watchHistory({ show, join }) {
	addEventListener("popstate", ({ state: entry }) => {
		if (entry !== null)
			show(entry.key);
		else if (roomInAddress() !== "")
			join(roomInAddress());
	});
}
