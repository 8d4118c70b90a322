// What was said before: pages, gaps and what is live, in any order.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { askForHistory, canLoad, continueGap, fillGap, jumpToNewest, loadMore, openMessage } = await load("model/history.js");
const { KEPT_LINES, isMessage } = await load("model/loaded.js");
const { disconnected, receive } = await load("model/packets.js");
const { current, find, setPageVisible, takeUnseen } = await load("model/state.js");

const chat = (id, nick = "bob", more = {}) => ({ type: "chat", room: "main", nick, message: `message ${id}`, id, time: NOON + id * 1000, ...more });

/** A server that has stored `count` messages, with ids that have gaps. */
function createServer(count) {
	const events = Array.from({ length: count }, (_, i) => chat(3 * i + 1));
	return {
		events,
		says(more) {
			const event = chat((events.at(-1)?.id ?? 0) + 3, "bob", more);
			events.push(event);
			return event;
		},
		answer({ ref, before, after, around, limit = 20 }) {
			let from = 0;
			let to = events.length;
			if (around !== undefined) {
				const at = events.findIndex(({ id }) => id >= around);
				from = Math.max(0, (at < 0 ? to : at) - (limit >> 1));
				to = Math.min(to, from + limit);
			} else {
				const first = after === undefined ? 0 : events.findIndex(({ id }) => id > after);
				const end = before === undefined ? -1 : events.findIndex(({ id }) => id >= before);
				[from, to] = [first < 0 ? events.length : first, end < 0 ? events.length : end];
				if (before === undefined && after !== undefined)
					to = Math.min(to, from + limit);
				else
					from = Math.max(from, to - limit);
			}
			const page = events.slice(from, Math.max(from, to));
			const more = after !== undefined && before === undefined ? to < events.length : from > (after === undefined ? 0 : events.filter(({ id }) => id <= after).length);
			return { type: "history", room: "main", events: page, first: page[0]?.id, last: page.at(-1)?.id, more, ref };
		},
	};
}

const room = (state) => find(state, "room", "main");
const ids = (state) => room(state).lines.filter(({ kind }) => kind === "chat").map(({ id }) => id);

/** Answers until nothing is asked any more. */
function serve(state, server, packets) {
	for (const packet of packets.filter(({ type }) => type === "history"))
		serve(state, server, receive(state, server.answer(packet), NOON));
}

/** A room that is open at the end of what was stored. */
function opened(count) {
	const state = welcomed();
	const server = createServer(count);
	serve(state, server, askForHistory(state));
	return { state, server };
}

test("opening a room shows its last messages before what is live, and alerts to none", () => {
	const state = welcomed();
	const server = createServer(200);
	const [asked] = askForHistory(state);
	assert.deepEqual([asked.type, asked.room, asked.limit, asked.after], ["history", "main", 50, undefined]);
	assert.deepEqual(askForHistory(state), [], "once");
	receiveAll(state, server.says(), server.says());
	serve(state, server, [asked]);
	assert.deepEqual(ids(state), server.events.slice(-50).map(({ id }) => id));
	assert.deepEqual([room(state).unread, room(state).loaded.begins, room(state).lines[0].stored], [0, false, true]);
	assert.equal(takeUnseen(state).length, 0);
	assert.deepEqual(askForHistory(state), []);
});

test("scrolling up visits everything once, and beyond the bound drops the other end", () => {
	const { state, server } = opened(2500);
	const seen = new Set(ids(state));
	while (canLoad(state, room(state), "older")) {
		serve(state, server, loadMore(state, "older"));
		receiveAll(state, server.says());
		assert.ok(room(state).lines.length <= KEPT_LINES);
		ids(state).forEach((id) => seen.add(id));
	}
	assert.equal(seen.size, server.events.length - room(state).loaded.missed);
	assert.ok(room(state).loaded.begins && room(state).loaded.detached);
	while (canLoad(state, room(state), "newer"))
		serve(state, server, loadMore(state, "newer"));
	assert.deepEqual(ids(state).at(-1), server.events.at(-1).id);
	assert.ok(!room(state).loaded.detached && !room(state).loaded.begins);
	receiveAll(state, server.says());
	assert.deepEqual(ids(state), server.events.slice(-KEPT_LINES).map(({ id }) => id).slice(-ids(state).length));
});

test("what comes while the newest are not loaded is counted, and is there on the way back", () => {
	const { state, server } = opened(1500);
	for (let i = 0; i < 12; i++)
		serve(state, server, loadMore(state, "older"));
	const { loaded } = room(state);
	assert.ok(loaded.detached);
	receiveAll(state, server.says(), server.says({ nick: "ann" }), server.says());
	assert.equal(loaded.missed, 2, "not what the user said");
	const [asked] = jumpToNewest(state);
	assert.deepEqual(jumpToNewest(state), [], "once");
	const answer = server.answer(asked);
	receiveAll(state, server.says(), answer, server.says());
	assert.deepEqual(ids(state), server.events.slice(-ids(state).length).map(({ id }) => id));
	assert.deepEqual([loaded.detached, loaded.missed, loaded.goTo], [false, 0, "end"]);
});

test("a message that could not be sent is kept while others come and go", () => {
	const { state, server } = opened(1500);
	room(state).lines.push({ kind: "failed", seq: ++state.lastSeq, text: "kept", time: NOON, packet: {}, reason: "" });
	for (let i = 0; i < 14; i++)
		serve(state, server, loadMore(state, "older"));
	assert.ok(!room(state).lines.some(({ kind }) => kind === "failed"));
	serve(state, server, jumpToNewest(state));
	assert.equal(room(state).lines.at(-1).text, "kept");
});

test("a gap is filled from the newest back, counts as unread, and offers the rest if it is large", () => {
	for (const [missing, filled] of [[0, 0], [30, 30], [350, 350], [1200, 499]]) {
		const { state, server } = opened(60);
		const last = ids(state).at(-1);
		setPageVisible(state, false);
		for (let i = 0; i < missing; i++)
			server.says();
		const packets = fillGap(state, room(state), last);
		receiveAll(state, server.says());
		serve(state, server, packets);
		const gap = room(state).lines.find(({ kind }) => kind === "gap");
		assert.equal(ids(state).filter((id) => id > last).length, filled + 1);
		assert.equal(room(state).unread, filled + 1);
		assert.equal(gap?.status, missing > 500 ? "more" : undefined);
		assert.equal(takeUnseen(state).length, 1, "no flood of alerts");
		if (gap) {
			for (let i = 0; i < 3; i++)
				serve(state, server, continueGap(state, gap.seq));
			assert.ok(ids(state).length <= KEPT_LINES);
			assert.ok(!room(state).lines.some(({ kind }) => kind === "gap"));
		}
		const all = server.events.map(({ id }) => id);
		assert.deepEqual(ids(state), all.slice(-ids(state).length));
	}
});

test("what was missed in a room of which nothing is loaded yet is unread, also without opening it", () => {
	for (const [stored, missing, count] of [[60, 30, 30], [60, 0, 1], [0, 5, 5], [60, 350, 100]]) {
		const state = welcomed();
		const server = createServer(stored);
		const last = server.events.at(-1)?.id ?? 1;
		setPageVisible(state, false);
		for (let i = 0; i < missing; i++)
			server.says(i === 0 ? { nick: "ann" } : {});
		const packets = fillGap(state, room(state), last);
		assert.deepEqual(askForHistory(state), [], "it is being asked for");
		receiveAll(state, server.says());
		serve(state, server, packets);
		const all = server.events.map(({ id }) => id);
		assert.deepEqual(ids(state), all.slice(-ids(state).length));
		assert.equal(room(state).unread, count, "what others said, as far as it is loaded, and what is live");
		assert.equal(takeUnseen(state).length, 1, "no flood of alerts");
		assert.deepEqual(askForHistory(state), []);
	}
});

test("what fails says so, and is asked for again when the user wants it or is back", () => {
	const { state, server } = opened(300);
	const last = ids(state).at(-1);
	const { loaded } = room(state);
	const refuse = ([{ ref }]) => receiveAll(state, { type: "error", code: "history-unreadable", message: "?", ref });
	refuse(loadMore(state, "older"));
	assert.equal(loaded.asked.get("older"), "failed");
	assert.ok(!canLoad(state, room(state), "older"), "not by itself");
	refuse(fillGap(state, room(state), last));
	assert.equal(room(state).lines.at(-1).status, "failed");
	serve(state, server, loadMore(state, "older", true));
	assert.equal(ids(state).length, 150);
	loadMore(state, "older");
	disconnected(state, NOON);
	assert.equal(loaded.asked.get("older"), "failed");
	Object.assign(state, { online: true });
	room(state).joined = true;
	serve(state, server, receiveAll(state, { type: "names", room: "main", nicks: ["ann", "bob"], first: true, snapshot: true }));
	assert.ok(canLoad(state, room(state), "older"));
	assert.ok(!room(state).lines.some(({ kind }) => kind === "gap"));
});

test("a link opens a room around the message, or says that it is gone", () => {
	const { state, server } = opened(2000);
	const [{ id }] = server.events.slice(700);
	assert.ok(openMessage(state, "MAIN", id));
	serve(state, server, askForHistory(state));
	const { loaded, lines } = room(state);
	assert.equal(lines.find(({ seq }) => seq === loaded.goTo)?.id, id);
	assert.deepEqual([loaded.detached, loaded.begins, state.wantedMessage], [true, false, null]);
	const shown = ids(state);
	openMessage(state, "main", id + 1);
	serve(state, server, askForHistory(state));
	assert.deepEqual([ids(state), state.sentence.text], [shown, "That message is not there any more."]);
	assert.ok(!openMessage(state, "other", 5), "it has to be joined first");
	assert.deepEqual(askForHistory(state), []);
});

test("whatever the order of pages, gaps, links and what is live: no double, no hole, by id", () => {
	for (let seed = 1; seed <= 60; seed++) {
		let random = seed;
		const pick = (n) => (random = (random * 1103515245 + 12345) % 2147483648) % n;
		const { state, server } = opened(pick(3000));
		let waiting = [];
		const steps = [
			() => receiveAll(state, server.says()),
			() => receiveAll(state, server.says(), server.says()),
			() => waiting.push(...loadMore(state, "older")),
			() => waiting.push(...loadMore(state, "newer")),
			() => waiting.push(...jumpToNewest(state)),
			() => openMessage(state, "main", server.events[pick(server.events.length + 1)]?.id ?? 7) && waiting.push(...askForHistory(state)),
			() => { room(state).loaded.following = pick(2) === 0; },
			() => waiting.push(...away(pick(900))),
			() => waiting.push(...room(state).lines.filter(({ kind }) => kind === "gap").flatMap(({ seq }) => continueGap(state, seq))),
			() => waiting.push(...waiting.splice(0).flatMap((packet) => receive(state, server.answer(packet), NOON))),
		];
		const away = (count) => {
			const last = server.events.at(-1)?.id ?? 0;
			waiting = [];
			disconnected(state, NOON);
			for (let i = 0; i < count; i++)
				server.says();
			state.online = room(state).joined = true;
			const again = receiveAll(state, { type: "names", room: "main", nicks: ["ann"], first: true, snapshot: true });
			return [...fillGap(state, room(state), last), ...again];
		};
		for (let step = 0; step < 80; step++) {
			steps[pick(steps.length)]();
			check(state, server, seed);
		}
		for (let round = 0; waiting.length > 0; round++) {
			assert.ok(round < 50);
			waiting = waiting.flatMap((packet) => receive(state, server.answer(packet), NOON));
		}
		check(state, server, seed);
		serve(state, server, jumpToNewest(state));
		if (server.events.length > 0)
			assert.equal(ids(state).at(-1), server.events.at(-1).id, `seed ${seed}`);
	}
});

// Between two marked gaps, the lines are the server's events, one after the other.
function check(state, server, seed) {
	const { lines, loaded } = room(state);
	assert.ok(lines.length <= KEPT_LINES + 1, `seed ${seed}: ${lines.length}`);
	const place = new Map(server.events.map(({ id }, i) => [id, i]));
	let last = -1;
	let isAfterGap = true;
	for (const line of lines) {
		if (line.kind === "gap")
			isAfterGap = true;
		if (!isMessage(line))
			continue;
		const at = place.get(line.id);
		assert.ok(isAfterGap ? at > last : at === last + 1, `seed ${seed}: ${at} after ${last}`);
		last = at;
		isAfterGap = false;
	}
	if (!loaded.detached && !isAfterGap)
		assert.equal(last, server.events.length - 1, `seed ${seed}: the end`);
}
