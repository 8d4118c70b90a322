// Addresses within the page: #room/tea is a room, #room/tea/123 the message in it that has this id.

const ADDRESS = /^#room\/([^/]+)(?:\/(\d{1,15}))?$/iu;

/** id: of a message; 0 for the room as a whole. */
export function roomAddress(room, id = 0) {
	return `#room/${encodeURIComponent(room)}${id ? `/${id}` : ""}`;
}

/** Returns { room, id }; the room is "" if this is no such address. */
export function parseRoomAddress(hash) {
	const [, name = "", id = "0"] = ADDRESS.exec(hash) ?? [];
	try {
		return { room: decodeURIComponent(name), id: Number(id) };
	} catch {
		return { room: "", id: 0 };
	}
}
