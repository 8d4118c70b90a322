// Where the server's WebSocket is.

/** `ws` in the page's own folder. */
export function socketAddress(page) {
	const url = new URL("ws", page);
	url.protocol = url.protocol.replace("http", "ws");
	url.search = url.hash = "";
	return url.href;
}
