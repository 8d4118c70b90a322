// A WebSocket that mends itself. Sends and hands out packets (plain objects) and says what
// it is doing; knows nothing of what they mean.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const QUIET = 40_000;       // the server's silence after which it is asked whether it still lives,
const ANSWER_WITHIN = 8000; // and how long it has for the answer

/** Beside the page, whatever folder that is in. */
export function socketAddress(page) {
	const url = new URL("ws", page);
	url.protocol = url.protocol.replace("http", "ws");
	url.search = url.hash = "";
	return url.href;
}

/** How long to wait before the nth try (from 0), in ms; chance is from 0 to 1. */
export function waitBefore(tries, chance) {
	const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
	return Math.round(wait * (0.8 + 0.2 * chance));
}

export class Connection {
	status = "closed"; // "connecting", "open", "waiting" for the next try
	wait = 0;          // ms from one try to the next, while "waiting",
	due = 0;           // and when that will be

	#address;
	#tell;
	#world;
	#socket = null;
	#timer = null;     // the next try; or, once settled, the next sign of life
	#settled = false;
	#tries = 0;

	/**
	 * tell: { opened(), packet(packet), closed(), changed() }.
	 * world: what a test may replace: { WebSocket, setTimeout, clearTimeout, random }.
	 */
	constructor(address, tell, world = browser()) {
		this.#address = address;
		this.#tell = tell;
		this.#world = world;
	}

	start() {
		if (this.status === "closed" || this.status === "waiting")
			this.#open();
	}

	stop() {
		this.#discard();
		this.#enter("closed");
	}

	send(packet) {
		if (this.status === "open")
			this.#socket.send(JSON.stringify(packet));
	}

	/** The server has taken us in: the next failure is a new one, and silence is now a sign. */
	settle() {
		this.#tries = 0;
		this.#settled = true;
		this.#expect(() => this.#probe(), QUIET);
	}

	/** Finds out soon whether the other end still lives. */
	check() {
		if (this.status === "open" && this.#settled)
			this.#probe();
	}

	/** Does not wait for the next try. */
	hurry() {
		if (this.status === "waiting")
			this.#open();
	}

	#open() {
		this.#discard();
		this.#enter("connecting");
		this.#socket = new this.#world.WebSocket(this.#address, "teahouse.v2");
		this.#socket.onopen = () => {
			this.#enter("open");
			this.#tell.opened();
		};
		this.#socket.onmessage = ({ data }) => this.#hear(data);
		this.#socket.onclose = () => this.#fail();
	}

	#hear(data) {
		if (this.#settled)
			this.#expect(() => this.#probe(), QUIET);
		let packet;
		try {
			packet = JSON.parse(data);
		} catch {
			return;
		}
		this.#tell.packet(packet);
	}

	#fail() {
		this.#discard();
		this.wait = waitBefore(this.#tries++, this.#world.random());
		this.due = Date.now() + this.wait;
		this.#expect(() => this.#open(), this.wait);
		this.#enter("waiting");
		this.#tell.closed();
	}

	// A connection can die without a word (a laptop asleep, a train in a tunnel).
	#probe() {
		this.send({ type: "ping" });
		this.#expect(() => this.#fail(), ANSWER_WITHIN);
	}

	#expect(run, wait) {
		this.#world.clearTimeout(this.#timer);
		this.#timer = this.#world.setTimeout(run, wait);
	}

	#discard() {
		this.#world.clearTimeout(this.#timer);
		this.#settled = false;
		if (this.#socket === null)
			return;
		this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
		this.#socket.close();
		this.#socket = null;
	}

	#enter(status) {
		this.status = status;
		this.#tell.changed();
	}
}

function browser() {
	return {
		WebSocket: globalThis.WebSocket,
		setTimeout: (run, wait) => globalThis.setTimeout(run, wait),
		clearTimeout: (timer) => globalThis.clearTimeout(timer),
		random: Math.random,
	};
}
