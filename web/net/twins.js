// The copies of this tab: browsers copy what a tab has stored when they duplicate it, and so the session.
// Only one of them can have the session at a time. They tell each other by what secret it is resumed, so
// that each can take it back, also after the others were closed. Tabs with another session do not listen.

const CHANNEL = "teahouse.twins";
const ANSWER_WITHIN = 400; // ms

export class Twins {
	#listener;
	#environment;
	#channel = null;
	#asked = null; // what an answer is waited for with: { lineage, done(secret) }

	/**
	 * listener: asked(lineage, isTaking) returns the secret of the session, or null if this tab does not
	 * have it; taken(lineage, secret, time) is called when another tab has it now.
	 */
	constructor(listener, environment = globalThis) {
		this.#listener = listener;
		this.#environment = environment;
		this.open();
	}

	open() {
		const { BroadcastChannel } = this.#environment;
		if (this.#channel !== null || !BroadcastChannel)
			return;
		this.#channel = new BroadcastChannel(CHANNEL);
		this.#channel.onmessage = ({ data }) => this.#received(data);
	}

	/** A page that the browser keeps for the Back button would be given up when a message comes. */
	close() {
		this.#channel?.close();
		this.#channel = null;
	}

	/** This tab has the session since the time, by the server's clock. */
	tell(lineage, secret, time) {
		this.#channel?.postMessage({ type: "taken", lineage, secret, time });
	}

	/** Resolves to the secret that the tab with the session knows, or to null if there is no such tab. */
	ask(lineage, isTaking = false) {
		if (this.#channel === null || lineage === "")
			return Promise.resolve(null);
		return new Promise((resolve) => {
			this.#asked = { lineage, done: resolve };
			this.#environment.setTimeout(() => resolve(null), ANSWER_WITHIN);
			this.#channel.postMessage({ type: "ask", lineage, isTaking });
		});
	}

	#received({ type, lineage, secret, isTaking, time }) {
		if (type === "taken")
			this.#listener.taken(lineage, secret, time);
		if (type === "answer" && lineage === this.#asked?.lineage)
			this.#asked.done(secret);
		if (type !== "ask")
			return;
		const known = this.#listener.asked(lineage, isTaking);
		if (known !== null)
			this.#channel?.postMessage({ type: "answer", lineage, secret: known });
	}
}

/** Two tabs have the same lineage if one is a copy of the other. */
export function newLineage() {
	return [...crypto.getRandomValues(new Uint32Array(4))].map((number) => number.toString(36)).join("");
}
