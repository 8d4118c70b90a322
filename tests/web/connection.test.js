import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.js";

const { socketAddress } = await load("net/address.js");
const { Connection, waitBefore } = await load("net/connection.js");

// An environment whose timers and sockets the test controls.
function createEnvironment() {
	const timers = new Map();
	const environment = {
		sockets: [],
		events: [],
		random: () => 1,
		time: 1000,
		now: () => environment.time,
		setTimeout: (run, wait) => (timers.set(++environment.lastTimer, { run, wait }), environment.lastTimer),
		clearTimeout: (timer) => void timers.delete(timer),
		lastTimer: 0,
		delays: () => [...timers.values()].map(({ wait }) => wait),
		ring() {
			const [[timer, { run }]] = timers;
			timers.delete(timer);
			run();
		},
		WebSocket: class {
			constructor(address, protocol) {
				Object.assign(this, { address, protocol, sent: [], closed: false });
				environment.sockets.push(this);
			}
			send(text) {
				this.sent.push(JSON.parse(text));
			}
			close() {
				this.closed = true;
			}
		},
	};
	const listener = {
		opened: () => environment.events.push("opened"),
		packet: (packet) => environment.events.push(packet.type),
		closed: () => environment.events.push("closed"),
		resumedElsewhere: () => environment.events.push("resumedElsewhere"),
		changed() {},
	};
	environment.connection = new Connection("ws://a.example/ws", listener, environment);
	environment.last = () => environment.sockets.at(-1);
	return environment;
}

function opened() {
	const environment = createEnvironment();
	environment.connection.start();
	environment.last().onopen();
	return environment;
}

test("the address is in the page's folder, and encrypted if the page is", () => {
	assert.equal(socketAddress("http://a.example:8080/"), "ws://a.example:8080/ws");
	assert.equal(socketAddress("https://a.example/chat/?x=1#tea"), "wss://a.example/chat/ws");
	assert.equal(socketAddress("https://a.example/chat/index.html"), "wss://a.example/chat/ws");
});

test("waits double up to half a minute, and jitter only shortens them", () => {
	assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((tries) => waitBefore(tries, 1)), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
	assert.equal(waitBefore(1, 0), 1600);
});

test("a server that has accepted the page once does not refuse it when it is away", () => {
	const environment = opened();
	environment.last().onclose();
	environment.ring();
	environment.last().onclose();
	assert.equal(environment.connection.everOpen, true);
});

test("packets are sent and received as JSON; other data is ignored", () => {
	const environment = opened();
	assert.equal(environment.last().protocol, "teahouse.v2");
	environment.connection.send({ type: "ping" });
	assert.deepEqual(environment.last().sent, [{ type: "ping" }]);
	environment.last().onmessage({ data: "{\"type\":\"pong\"}" });
	environment.last().onmessage({ data: "{" });
	assert.deepEqual(environment.events, ["opened", "pong"]);
});

test("the wait before reconnecting grows with each failure, and starts anew after a login", () => {
	const environment = opened();
	environment.last().onclose();
	assert.equal(environment.connection.status, "waiting");
	assert.deepEqual(environment.delays(), [1000]);
	environment.ring();
	environment.last().onclose();
	assert.deepEqual(environment.delays(), [2000]);
	environment.ring();
	environment.last().onopen();
	environment.connection.loggedIn();
	environment.last().onclose();
	assert.deepEqual(environment.delays(), [1000]);
});

test("nothing is sent while there is no connection", () => {
	const environment = createEnvironment();
	environment.connection.send({ type: "chat" });
	environment.connection.start();
	environment.connection.send({ type: "chat" });
	assert.deepEqual(environment.last().sent, []);
});

test("a silent connection is pinged, and given up if there is no answer", () => {
	const environment = opened();
	environment.connection.loggedIn();
	environment.ring();
	assert.deepEqual(environment.last().sent, [{ type: "ping" }]);
	environment.ring();
	assert.equal(environment.connection.status, "waiting");
	assert.equal(environment.sockets[0].closed, true);
	assert.equal(environment.events.at(-1), "closed");
});

test("an answer keeps the connection", () => {
	const environment = opened();
	environment.connection.loggedIn();
	environment.connection.check();
	environment.last().onmessage({ data: "{\"type\":\"pong\"}" });
	assert.deepEqual(environment.delays(), [40_000]);
	assert.equal(environment.connection.status, "open");
});

test("reconnectNow connects at once, but only while waiting", () => {
	const environment = opened();
	environment.connection.reconnectNow();
	assert.equal(environment.sockets.length, 1);
	environment.last().onclose();
	environment.connection.reconnectNow();
	assert.equal(environment.sockets.length, 2);
	environment.connection.reconnectNow();
	assert.equal(environment.sockets.length, 2);
});

test("a stopped connection does not reconnect", () => {
	const environment = opened();
	environment.connection.stop();
	assert.equal(environment.connection.status, "closed");
	assert.equal(environment.last().onclose, null);
	assert.deepEqual(environment.delays(), []);
});

test("what is sent and not answered for ten seconds makes it ping", () => {
	const environment = opened();
	environment.connection.loggedIn();
	environment.connection.send({ type: "chat" });
	assert.deepEqual(environment.delays(), [10_000]);
	environment.connection.send({ type: "chat" });
	assert.deepEqual(environment.delays(), [10_000], "more of it does not put that off");
	environment.ring();
	assert.deepEqual(environment.last().sent.at(-1), { type: "ping" });
	assert.deepEqual(environment.delays(), [8000]);
	environment.connection.send({ type: "chat" });
	assert.deepEqual(environment.delays(), [8000]);
	environment.last().onmessage({ data: "{}" });
	assert.deepEqual(environment.delays(), [40_000]);
});

test("opening takes no longer than twenty seconds, and neither does logging in", () => {
	const environment = createEnvironment();
	environment.connection.start();
	assert.deepEqual(environment.delays(), [20_000]);
	environment.last().onopen();
	assert.deepEqual(environment.delays(), [], "a form may be open for longer");
	environment.connection.send({ type: "hello" });
	environment.last().onmessage({ data: "{\"type\":\"greeting\"}" });
	assert.deepEqual(environment.delays(), [20_000]);
	environment.last().onmessage({ data: "{\"type\":\"error\"}" });
	assert.deepEqual(environment.delays(), []);
	environment.connection.send({ type: "hello" });
	environment.ring();
	assert.deepEqual([environment.connection.status, environment.events.at(-1)], ["waiting", "closed"]);
});

test("a connection whose session goes on in another one does not reconnect", () => {
	const environment = opened();
	environment.connection.loggedIn();
	environment.last().onclose({ code: 4001 });
	assert.deepEqual([environment.connection.status, environment.delays()], ["closed", []]);
	assert.deepEqual(environment.events, ["opened", "resumedElsewhere"]);
	environment.connection.reconnectNow();
	environment.connection.check();
	assert.equal(environment.sockets.length, 1);
	environment.connection.start();
	assert.equal(environment.sockets.length, 2, "but by the user's wish");
});

test("a suspended connection is closed and reported as lost, and can be started again", () => {
	const environment = opened();
	environment.connection.loggedIn();
	environment.connection.suspend();
	assert.equal(environment.last().closed, true);
	assert.equal(environment.events.at(-1), "closed");
	assert.deepEqual(environment.delays(), []);
	environment.connection.suspend();
	assert.deepEqual(environment.events, ["opened", "closed"]);
	environment.connection.start();
	assert.equal(environment.sockets.length, 2);
});
