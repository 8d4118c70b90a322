// Whether the page's server answers by HTTP. Used after a WebSocket could not be opened: browsers do
// not say whether the server is away or has refused it.

/** page: the page's address. Resolves to true or false. */
export async function serverAnswers(page, ask = fetch) {
	try {
		return (await ask(new URL("healthz", page), { cache: "no-store" })).ok;
	} catch {
		return false;
	}
}
