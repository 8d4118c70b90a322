// A WebSocket that reconnects by itself. Sends and receives packets (plain objects) and reports
// its status. Does not know what the packets mean, apart from `ping` and that `hello` waits for an answer.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const PING_AFTER = 40_000;  // ms of silence after which the server is pinged,
const PONG_WITHIN = 8000;   // and how long it may take to answer
const ANSWER_WITHIN = 10_000; // ms after which it is pinged if it has not answered what was sent
const OPEN_WITHIN = 20_000; // ms that opening, and logging in, may take each,
const PROVE_WITHIN = 60_000; // and logging in to an account, which the server may delay
const RESUMED_ELSEWHERE = 4001; // the server closes a connection with it whose session goes on in another

/** How long to wait before the nth attempt (from 0), in ms. random is from 0 to 1. */
export function waitBefore(attempt, random) {
	const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
	return Math.round(wait * (0.8 + 0.2 * random));
}

export class Connection {
	status = "closed"; // or "connecting", "open", "waiting" (for the next attempt)
	retryAt = 0;       // when the next attempt is made, or was; 0 if the latest one was successful
	everOpen = false;  // whether any attempt was successful

	#address;
	#listener;
	#environment;
	#socket = null;
	#timer = null;     // of the next attempt or, once logged in, of the next ping
	#loggedIn = false;
	#expecting = false; // an answer is due: what is sent meanwhile must not restart the timer
	#attempts = 0;

	/**
	 * listener: { opened(), packet(packet), closed(), resumedElsewhere(), changed() }.
	 * environment: what tests replace: { WebSocket, setTimeout, clearTimeout, random, now }.
	 */
	constructor(address, listener, environment = browser()) {
		this.#address = address;
		this.#listener = listener;
		this.#environment = environment;
	}

	start() {
		if (this.status === "closed" || this.status === "waiting")
			this.#open();
	}

	stop() {
		this.#discard();
		this.#setStatus("closed");
	}

	/** Closes the connection as if it were lost, for a page that goes out of view, perhaps for ever. */
	suspend() {
		if (this.status === "closed")
			return;
		this.stop();
		this.#listener.closed();
	}

	send(packet) {
		if (this.status !== "open")
			return;
		this.#socket.send(JSON.stringify(packet));
		if (packet.type === "hello")
			this.#schedule(() => this.#fail(), packet.password ?? packet.login ? PROVE_WITHIN : OPEN_WITHIN);
		if (this.#loggedIn && !this.#expecting)
			this.#expectAnswer(() => this.#probe(), ANSWER_WITHIN);
	}

	/** To be called after login: waits begin with the shortest at the next failure, and silence is probed by pings. */
	loggedIn() {
		this.#attempts = 0;
		this.#loggedIn = true;
		this.#probeLater();
	}

	/** Pings the server at once, to learn whether the connection is still alive. */
	check() {
		if (this.status === "open" && this.#loggedIn)
			this.#probe();
	}

	/** Makes the next attempt at once. */
	reconnectNow() {
		if (this.status === "waiting")
			this.#open();
	}

	#open() {
		this.#discard();
		this.#setStatus("connecting");
		this.#socket = new this.#environment.WebSocket(this.#address, "teahouse.v2");
		this.#socket.onopen = () => {
			this.everOpen = true;
			this.retryAt = 0;
			this.#environment.clearTimeout(this.#timer);
			this.#setStatus("open");
			this.#listener.opened();
		};
		this.#socket.onmessage = ({ data }) => this.#receive(data);
		this.#socket.onclose = (event) => event?.code === RESUMED_ELSEWHERE ? this.#yield() : this.#fail();
		this.#schedule(() => this.#fail(), OPEN_WITHIN);
	}

	// Whether it is taken back is for the user to say: reconnecting by itself, it would fight with the other one.
	#yield() {
		this.stop();
		this.#listener.resumedElsewhere();
	}

	#receive(data) {
		if (this.#loggedIn)
			this.#probeLater();
		let packet;
		try {
			packet = JSON.parse(data);
		} catch {
			return;
		}
		if (!this.#loggedIn && packet.type !== "greeting")
			this.#environment.clearTimeout(this.#timer);
		this.#listener.packet(packet);
	}

	#fail() {
		this.#discard();
		const wait = waitBefore(this.#attempts++, this.#environment.random());
		this.retryAt = this.#environment.now() + wait;
		this.#schedule(() => this.#open(), wait);
		this.#setStatus("waiting");
		this.#listener.closed();
	}

	// A connection can die unnoticed, as when a laptop sleeps or a network is left.
	#probe() {
		this.#expectAnswer(() => this.#fail(), PONG_WITHIN);
		this.send({ type: "ping" });
	}

	#probeLater() {
		this.#expecting = false;
		this.#schedule(() => this.#probe(), PING_AFTER);
	}

	#expectAnswer(run, wait) {
		this.#expecting = true;
		this.#schedule(run, wait);
	}

	#schedule(run, wait) {
		this.#environment.clearTimeout(this.#timer);
		this.#timer = this.#environment.setTimeout(run, wait);
	}

	#discard() {
		this.#environment.clearTimeout(this.#timer);
		this.#loggedIn = this.#expecting = false;
		if (this.#socket === null)
			return;
		this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
		this.#socket.close();
		this.#socket = null;
	}

	#setStatus(status) {
		this.status = status;
		this.#listener.changed();
	}
}

function browser() {
	return {
		WebSocket: globalThis.WebSocket,
		setTimeout: (run, wait) => globalThis.setTimeout(run, wait),
		clearTimeout: (timer) => globalThis.clearTimeout(timer),
		random: Math.random,
		now: () => Date.now(),
	};
}
