// Registers the service worker (sw.js), which keeps a copy of the page for when there is no connection.
// Browsers have one only on pages that come by https, or from this computer.

/** show(key) is called when the notification of a conversation is clicked. */
export function startWorker(show) {
	const container = globalThis.navigator?.serviceWorker;
	if (!container)
		return;
	container.addEventListener("message", ({ data }) => typeof data?.show === "string" && show(data.show));
	// Once everything that the page itself needs has been loaded.
	const register = () => container.register("sw.js").catch(() => {});
	if (document.readyState === "complete")
		register();
	else
		addEventListener("load", register, { once: true });
}
