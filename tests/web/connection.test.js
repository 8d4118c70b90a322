import assert from "node:assert/strict";
import test from "node:test";
import { page } from "./load.js";

const { Connection, socketAddress, waitBefore } = await page("net/connection.js");

// A world with a clock wound by hand and sockets that do as they are told.
function createWorld() {
	const timers = new Map();
	const world = {
		sockets: [],
		told: [],
		random: () => 1,
		setTimeout: (run, wait) => (timers.set(++world.lastTimer, { run, wait }), world.lastTimer),
		clearTimeout: (timer) => void timers.delete(timer),
		lastTimer: 0,
		waits: () => [...timers.values()].map(({ wait }) => wait),
		ring() {
			const [[timer, { run }]] = timers;
			timers.delete(timer);
			run();
		},
		WebSocket: class {
			constructor(address, protocol) {
				Object.assign(this, { address, protocol, sent: [], closed: false });
				world.sockets.push(this);
			}
			send(text) {
				this.sent.push(JSON.parse(text));
			}
			close() {
				this.closed = true;
			}
		},
	};
	const tell = {
		opened: () => world.told.push("opened"),
		packet: (packet) => world.told.push(packet.type),
		closed: () => world.told.push("closed"),
		changed() {},
	};
	world.connection = new Connection("ws://a.example/ws", tell, world);
	world.last = () => world.sockets.at(-1);
	return world;
}

function opened() {
	const world = createWorld();
	world.connection.start();
	world.last().onopen();
	return world;
}

test("the address is beside the page, under any base path, and as safe as the page", () => {
	assert.equal(socketAddress("http://a.example:8080/"), "ws://a.example:8080/ws");
	assert.equal(socketAddress("https://a.example/chat/?x=1#tea"), "wss://a.example/chat/ws");
	assert.equal(socketAddress("https://a.example/chat/index.html"), "wss://a.example/chat/ws");
});

test("waits double up to half a minute, and jitter never lengthens them", () => {
	assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map((tries) => waitBefore(tries, 1)), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
	assert.equal(waitBefore(1, 0), 1600);
});

test("packets come and go as JSON; what is none is passed over", () => {
	const world = opened();
	assert.equal(world.last().protocol, "teahouse.v2");
	world.connection.send({ type: "ping" });
	assert.deepEqual(world.last().sent, [{ type: "ping" }]);
	world.last().onmessage({ data: "{\"type\":\"pong\"}" });
	world.last().onmessage({ data: "{" });
	assert.deepEqual(world.told, ["opened", "pong"]);
});

test("a lost connection is tried again, later each time, until it is settled", () => {
	const world = opened();
	world.last().onclose();
	assert.equal(world.connection.status, "waiting");
	assert.deepEqual(world.waits(), [1000]);
	world.ring();
	world.last().onclose();
	assert.deepEqual(world.waits(), [2000]);
	world.ring();
	world.last().onopen();
	world.connection.settle();
	world.last().onclose();
	assert.deepEqual(world.waits(), [1000]);
});

test("nothing is sent where nobody hears it", () => {
	const world = createWorld();
	world.connection.send({ type: "chat" });
	world.connection.start();
	world.connection.send({ type: "chat" });
	assert.deepEqual(world.last().sent, []);
});

test("a silent connection is asked, and given up if it does not answer", () => {
	const world = opened();
	world.connection.settle();
	world.ring();
	assert.deepEqual(world.last().sent, [{ type: "ping" }]);
	world.ring();
	assert.equal(world.connection.status, "waiting");
	assert.equal(world.sockets[0].closed, true);
	assert.equal(world.told.at(-1), "closed");
});

test("an answer keeps it", () => {
	const world = opened();
	world.connection.settle();
	world.connection.check();
	world.last().onmessage({ data: "{\"type\":\"pong\"}" });
	assert.deepEqual(world.waits(), [40_000]);
	assert.equal(world.connection.status, "open");
});

test("to hurry is to try at once, but only while waiting", () => {
	const world = opened();
	world.connection.hurry();
	assert.equal(world.sockets.length, 1);
	world.last().onclose();
	world.connection.hurry();
	assert.equal(world.sockets.length, 2);
	assert.deepEqual(world.waits(), []);
});

test("stopped is stopped", () => {
	const world = opened();
	world.connection.stop();
	assert.equal(world.connection.status, "closed");
	assert.equal(world.last().onclose, null);
	assert.deepEqual(world.waits(), []);
});
