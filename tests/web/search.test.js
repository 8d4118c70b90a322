// Searching what was said, the addresses of messages, and the words that are marked.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS, NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { parseRoomAddress, roomAddress } = await load("lib/room_address.js");
const { splitMatches } = await load("lib/matches.js");
const { perform } = await load("model/actions.js");
const { parse } = await load("model/commands.js");
const { disconnected } = await load("model/packets.js");
const { moreHits, startSearch } = await load("model/search.js");

const hit = (id) => ({ type: "chat", room: "tea", nick: "bob", message: `tea ${id}`, id, time: NOON });

test("a search lists what is found, page by page, and forgets the one before", () => {
	const state = welcomed();
	const { packets: [asked] } = perform(state, parse("/search green tea", COMMANDS), NOON);
	assert.deepEqual([asked.type, asked.text, asked.room, asked.before], ["search", "green tea", undefined, undefined]);
	assert.deepEqual([state.search.isOpen, state.search.status], [true, "loading"]);
	receiveAll(state, { type: "search", events: [hit(9), hit(7)], first: 7, last: 9, more: true, ref: asked.ref });
	assert.deepEqual(state.search.hits.map(({ id, room }) => [id, room]), [[9, "tea"], [7, "tea"]]);
	const [older] = moreHits(state);
	assert.equal(older.before, 7);
	assert.deepEqual(moreHits(state), [], "once");
	const [other] = startSearch(state, "black", { room: "main" });
	assert.equal(other.room, "main");
	receiveAll(state, { type: "search", events: [hit(3)], first: 3, last: 3, more: false, ref: older.ref });
	assert.deepEqual(state.search.hits, [], "too late");
	receiveAll(state, { type: "search", events: [], more: false, ref: other.ref });
	assert.deepEqual([state.search.status, state.search.more, moreHits(state)], ["done", false, []]);
});

test("a search that fails says why, and one without a connection asks for nothing", () => {
	const state = welcomed();
	const [asked] = startSearch(state, "tea");
	receiveAll(state, { type: "error", code: "history-unreadable", message: "?", about: "search", ref: asked.ref });
	assert.deepEqual([state.search.status, state.search.problem], ["failed", "The history can’t be read right now."]);
	startSearch(state, "tea");
	disconnected(state, NOON);
	assert.deepEqual([state.search.status, state.search.problem], ["failed", "Not connected. Search again when you are."]);
	assert.deepEqual(startSearch(state, "tea"), []);
	assert.equal(state.search.status, "failed");
	assert.equal(state.conversations.get("room:main").lines.filter(({ kind }) => kind === "notice").length, 0);
});

test("words are marked without regard to case and accents, and by their beginnings", () => {
	const marks = (text, typed) => splitMatches(text, typed).filter(({ mark }) => mark).map((piece) => piece.text);
	assert.deepEqual(marks("Crème brûlée, CREME!", "creme"), ["Crème", "CREME"]);
	assert.deepEqual(marks("teas and teapots, tea", "tea*"), ["teas", "teapots", "tea"]);
	assert.deepEqual(marks("teas and teapots, tea", "\"tea\""), ["tea"]);
	assert.deepEqual(marks("nothing", ") OR ("), []);
	const long = splitMatches(`${"word ".repeat(200)}needle${" word".repeat(200)}`, "needle").map(({ text }) => text).join("");
	assert.ok(long.startsWith("… word") && long.indexOf("needle") < 120);
	for (const text of ["", "a", "plain text", "x".repeat(1000)])
		assert.equal(splitMatches(text, "a").map((piece) => piece.text).join(""), text);
});

test("an address names a room, and perhaps a message in it", () => {
	for (const [hash, room, id] of [["#room/tea", "tea", 0], ["#room/gr%C3%BCn/12", "grün", 12], ["#ROOM/tea/1", "tea", 1],
		["#room/tea/x", "", 0], ["#room/", "", 0], ["#other", "", 0], ["", "", 0], ["#room/%E0%A4%A", "", 0]])
		assert.deepEqual(parseRoomAddress(hash), { room, id }, hash);
	assert.deepEqual([roomAddress("grün & rot"), roomAddress("tea", 5)], ["#room/gr%C3%BCn%20%26%20rot", "#room/tea/5"]);
});
