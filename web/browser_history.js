// The page in the browser's history: the address names the room, .../#room/tea, and the Back button
// goes to the conversation that was shown before.

import { parseRoomAddress, roomAddress } from "./lib/room_address.js";

/** The room that the page's address names, and the message in it: { room, id }, "" and 0 if none. */
export function wantedByAddress() {
	return parseRoomAddress(location.hash);
}

/** Records which conversation is shown. Direct messages have no address of their own. */
export function recordShown({ key, kind, name }, isOpen) {
	const address = kind === "room" ? roomAddress(name) : location.hash;
	const isAddressRight = location.hash === address;
	if (history.state?.key === key && isAddressRight)
		return;
	// An entry of a conversation that is closed would do nothing when it is gone back to.
	const isNew = history.state?.key !== key && isOpen(history.state?.key);
	history[isNew ? "pushState" : "replaceState"]({ key }, "", isAddressRight ? "" : address);
}

/** Calls show(key) for the entry that the user goes back or forward to, and join(room, id) for an address typed in. */
export function watchHistory({ show, join }) {
	addEventListener("popstate", ({ state: entry }) => {
		if (entry !== null)
			show(entry.key);
		else if (wantedByAddress().room !== "")
			join(wantedByAddress().room, wantedByAddress().id);
	});
}
