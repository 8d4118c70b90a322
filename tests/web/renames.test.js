// Changes of names: a random walk of people who rename, leave and take each other's names, compared
// with an oracle that knows who they are. The page knows names only.

import assert from "node:assert/strict";
import test from "node:test";
import { NOON, receiveAll, linesOf, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { disconnected } = await load("model/packets.js");
const { allDrafts, createState, current, find, inOrder, nicksByRecency, ofKind, pendingIn, show } = await load("model/state.js");
const { describeSession, resumeSession } = await load("model/resume.js");
const { fold } = await load("lib/names.js");

const direct = (nick, message = "hi", to = "ann") => ({ type: "direct", nick, to, message });
const renamed = (nick, to) => ({ type: "nick", nick, new: to });
const say = (state, text = "x", more = {}) => perform(state, { do: "say", text, ...more }, NOON);

function random(seed) {
	let at = seed;
	return (below) => {
		at = (Math.imul(at, 1664525) + 1013904223) >>> 0;
		return Math.floor(at / 2 ** 32 * below);
	};
}

test("two people who swap their names keep their conversations, with drafts, unread lines and places", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "cat", room: "main" }, direct("bob", "I am bob"), direct("cat", "I am cat"));
	const [bobs, cats] = ["bob", "cat"].map((nick) => find(state, "dm", nick));
	bobs.draft = "for bob";
	cats.draft = "for cat";
	receiveAll(state, renamed("bob", "tmp"), renamed("cat", "bob"), renamed("tmp", "cat"), direct("cat", "still bob"));
	assert.deepEqual([bobs.name, cats.name], ["cat", "bob"]);
	assert.deepEqual([find(state, "dm", "cat"), find(state, "dm", "bob")], [bobs, cats]);
	assert.deepEqual(bobs.lines.map(({ text }) => text), ["I am bob", "still bob"]);
	assert.deepEqual([bobs.unread, cats.unread], [2, 1]);
	assert.deepEqual(inOrder(state).map(({ name }) => name), ["main", "cat", "bob"]);
	assert.deepEqual(allDrafts(state), { "dm:cat": "for bob", "dm:bob": "for cat" });
	show(state, bobs.key);
	const { packets, question } = say(state);
	assert.deepEqual([packets[0].to, question], ["cat", undefined]);
});

test("a message that waits for its answer stays in its conversation through a change of name", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"));
	const dm = find(state, "dm", "bob");
	show(state, dm.key);
	const [packet] = say(state, "to bob").packets;
	receiveAll(state, renamed("bob", "rob"));
	assert.equal(pendingIn(state, dm.key).length, 1);
	receiveAll(state, { type: "error", code: "no-such-nick", about: "direct", message: "No.", ref: packet.ref });
	const failed = dm.lines.find(({ kind }) => kind === "failed");
	assert.equal(current(state), dm);
	receiveAll(state, { type: "join", nick: "rob", room: "main" }, renamed("rob", "bert"));
	assert.equal(failed.packet.to, "bert", "another try goes to the same person");
});

test("a command to send again follows the person, too", () => {
	const state = welcomed();
	const [packet] = perform(state, { do: "direct", to: "bob", text: "psst" }, NOON).packets;
	receiveAll(state, { type: "error", code: "too-slow", about: "direct", message: "No.", ref: packet.ref }, renamed("bob", "rob"));
	const failed = current(state).lines.find(({ kind }) => kind === "failed");
	assert.equal(failed.text, "/msg rob psst");
	assert.equal(perform(state, { do: "retry", seq: failed.seq }, NOON).packets[0].to, "rob");
});

test("a change of case is the same person, and changes the name that is shown", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"), renamed("bob", "BOB"));
	assert.deepEqual(ofKind(state, "dm").map(({ name, changed }) => [name, changed]), [["BOB", false]]);
	assert.deepEqual([...find(state, "room", "main").people.values()], ["ann", "BOB"]);
});

test("who takes the name of a person who has left is asked about once", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"));
	show(state, "dm:bob");
	const [who] = receiveAll(state, { type: "leave", nick: "bob", room: "main" });
	assert.deepEqual([who.type, who.nick], ["who", "bob"]);
	receiveAll(state, { type: "who", users: [{ nick: "ann" }], first: true, ref: who.ref });
	assert.equal(linesOf(state, "dm:bob").at(-1)[2], "bob left.");
	assert.equal(current(state).offline, true);
	receiveAll(state, { type: "join", nick: "Bob", room: "main" });
	assert.match(linesOf(state, "dm:bob").at(-1)[2], /maybe by a different person/u);
	const asked = say(state, "the code is 1234");
	assert.deepEqual([asked.packets, asked.question], [[], "A different person may be using the name Bob now. Send anyway?"]);
	assert.equal(perform(state, { do: "direct", to: "BOB", text: "x" }, NOON).packets.length, 0, "nor by /msg");
	assert.equal(say(state, "the code is 1234", { confirmed: true }).packets.length, 1);
	assert.equal(say(state, "once is enough").packets.length, 1);
});

test("who is still somewhere else on the server has not left", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"));
	const [who] = receiveAll(state, { type: "leave", nick: "bob", room: "main" });
	receiveAll(state, { type: "who", users: [{ nick: "ann" }, { nick: "bob" }], first: true, ref: who.ref }, { type: "join", nick: "bob", room: "main" });
	assert.deepEqual(linesOf(state, "dm:bob").map(([kind]) => kind), ["direct"]);
	assert.equal(find(state, "dm", "bob").changed, false);
});

test("after a lost connection the server is asked who is still there", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"));
	disconnected(state, NOON);
	const asked = receiveAll(state, { type: "welcome", nick: "ann", room: "main", limits: {} }).filter(({ type }) => type === "who");
	assert.deepEqual(asked.map(({ nick }) => nick), ["bob"]);
	receiveAll(state, { type: "error", code: "no-such-nick", about: "who", message: "There is no bob.", ref: asked[0].ref });
	assert.equal(find(state, "dm", "bob").offline, true);
});

test("a person who has left stays known to have left through a reload", () => {
	const state = welcomed();
	receiveAll(state, direct("bob"));
	const [who] = receiveAll(state, { type: "leave", nick: "bob", room: "main" });
	receiveAll(state, { type: "error", code: "no-such-nick", about: "who", message: "No.", ref: who.ref });
	const anew = createState();
	resumeSession(anew, JSON.parse(JSON.stringify(describeSession(state))), NOON, "");
	receiveAll(anew, { type: "welcome", nick: "ann", room: "main", limits: {} }, { type: "join", nick: "ann", room: "main" },
		{ type: "names", room: "main", nicks: ["ann", "bob"], first: true, snapshot: true });
	show(anew, "dm:bob");
	assert.match(say(anew).question, /different person/u);
});

test("a person who takes the name of another conversation does not get what was typed there", () => {
	const state = welcomed();
	receiveAll(state, { type: "join", nick: "kim", room: "main" }, direct("bob", "the real bob"), direct("kim"));
	const [bobs, kims] = ["bob", "kim"].map((nick) => find(state, "dm", nick));
	bobs.draft = "for the real bob";
	receiveAll(state, { type: "leave", nick: "bob", room: "main" }, renamed("kim", "bob"), direct("bob", "I was kim"));
	assert.deepEqual([bobs.former, bobs.lines.at(-1).text, find(state, "dm", "bob") === kims], [true, "the real bob", true]);
	assert.equal(kims.lines.at(-1).text, "I was kim");
	assert.deepEqual(allDrafts(state), {});
	show(state, bobs.key);
	assert.match(say(state).refused, /a different person uses that name/u);
	show(state, kims.key);
	assert.deepEqual([say(state).packets[0].to, say(state).question], ["bob", undefined]);
});

test("nicks are completed in the order of who spoke, under whatever name", () => {
	const state = welcomed();
	const chat = (nick) => ({ type: "chat", nick, message: "x", room: "main" });
	receiveAll(state, { type: "join", nick: "cat", room: "main" }, { type: "join", nick: "dan", room: "main" },
		chat("dan"), chat("bob"), chat("cat"), renamed("bob", "tmp"), renamed("cat", "bob"), renamed("tmp", "cat"));
	assert.deepEqual(nicksByRecency(state), ["bob", "cat", "dan"], "who is bob now spoke last, as cat");
});

// The oracle: people have an identity, and a conversation belongs to one of them or to nobody.
class Walk {
	names = ["bob", "kim", "Zoë", "x1"];
	people = [];       // { name } of those who are in the room
	owners = new Map(); // conversation -> { person, asks }

	constructor(seed) {
		this.random = random(seed);
		this.state = welcomed();
		this.enters("kim");
		this.people.push({ name: "bob" });
	}

	free() {
		const used = new Set([this.state.nick, ...this.people.map(({ name }) => name)].map(fold));
		const left = this.names.filter((name) => !used.has(fold(name)));
		return left[this.random(left.length)];
	}

	one() {
		return this.people[this.random(this.people.length)];
	}

	ownedBy(person) {
		return [...this.owners].find(([, owner]) => owner.person === person)?.[0];
	}

	// The conversation that is left behind under this name, if nobody is in it any more.
	deserted(name) {
		return [...this.owners].find(([conversation, { person }]) => person === null && !conversation.former && fold(conversation.name) === fold(name))?.[0];
	}

	receive(packet) {
		for (const { type, nick, ref } of receiveAll(this.state, packet))
			if (type === "who")
				this.asked.push({ nick, ref });
	}

	asked = [];

	answerAll() {
		for (const { nick, ref } of this.asked.splice(0))
			receiveAll(this.state, { type: "who", first: true, ref, users: this.people.filter(({ name }) => fold(name) === fold(nick)).map(({ name }) => ({ nick: name })) });
	}

	taken(person, left) {
		if (left && this.ownedBy(person))
			this.owners.delete(left);
		else if (left)
			this.owners.set(left, { person, asks: true });
	}

	enters(name = this.free()) {
		const person = { name };
		this.people.push(person);
		const left = this.deserted(name);
		this.receive({ type: "join", nick: name, room: "main" });
		this.taken(person, left);
	}

	leaves() {
		const person = this.one();
		if (!person)
			return;
		this.people.splice(this.people.indexOf(person), 1);
		const conversation = this.ownedBy(person);
		if (conversation)
			this.owners.get(conversation).person = null;
		this.receive({ type: "leave", nick: person.name, room: "main" });
		if (this.random(2))
			this.answerAll();
	}

	renames() {
		const person = this.one();
		const to = this.random(5) === 0 ? person?.name.toUpperCase() : this.free();
		if (!person || !to)
			return;
		const from = person.name;
		person.name = to;
		const left = this.deserted(to);
		this.receive(renamed(from, to));
		if (fold(from) !== fold(to))
			this.taken(person, left);
	}

	// The user takes another name, perhaps one of which there is a conversation.
	renamesSelf() {
		const to = this.free();
		if (!to)
			return;
		this.owners.delete(this.deserted(to));
		this.receive(renamed(this.state.nick, to));
	}

	writes() {
		const person = this.one();
		if (!person)
			return;
		const known = this.ownedBy(person);
		this.receive(direct(person.name, `from ${person.name}`, this.state.nick));
		const conversation = find(this.state, "dm", person.name);
		assert.ok(known === undefined || known === conversation, "it came where the person's messages are");
		assert.equal(conversation.lines.at(-1).text, `from ${person.name}`);
		if (!known)
			this.owners.set(conversation, { person, asks: false, draft: conversation.draft });
	}

	answers() {
		const all = [...this.owners.keys()];
		const conversation = all[this.random(all.length)];
		if (!conversation)
			return;
		const owner = this.owners.get(conversation);
		show(this.state, conversation.key);
		let done = say(this.state);
		assert.equal(Boolean(done.question), owner.asks, `asked before writing to ${conversation.name}`);
		if (done.question && this.random(2))
			return;
		if (done.question)
			done = say(this.state, "x", { confirmed: true });
		owner.asks = false;
		const [packet] = done.packets;
		if (owner.person)
			assert.equal(packet.to, owner.person.name);
		this.receive(owner.person ? { ...packet, type: "direct", nick: this.state.nick }
			: { type: "error", code: "no-such-nick", about: "direct", message: "No.", ref: packet.ref });
	}

	check() {
		const dms = ofKind(this.state, "dm");
		const inUse = dms.filter(({ former }) => !former).map(({ name }) => fold(name));
		assert.equal(new Set(inUse).size, inUse.length, "a name leads to one conversation");
		assert.deepEqual(dms.map(({ key }) => key), this.keys = [...new Set([...this.keys ?? [], ...dms.map(({ key }) => key)])], "places and keys stay");
		for (const dm of dms) {
			dm.draft ||= `draft ${dm.key}`;
			assert.equal(dm.draft, `draft ${dm.key}`, "what was typed stays");
			assert.ok(this.state.conversations.get(dm.key) === dm);
		}
		for (const [conversation, { person }] of this.owners)
			if (person)
				assert.equal(find(this.state, "dm", person.name), conversation);
		const present = [this.state.nick, ...this.people.map(({ name }) => name)];
		assert.deepEqual([...find(this.state, "room", "main").people.values()].sort(), present.sort());
	}
}

test("in any order of events, each person keeps one conversation, and nobody gets what is for another", () => {
	const steps = ["enters", "leaves", "renames", "renames", "renamesSelf", "writes", "writes", "answers", "answers", "answerAll"];
	for (let seed = 1; seed <= 100; seed++) {
		const walk = new Walk(seed);
		const done = [];
		try {
			for (let i = 0; i < 60; i++) {
				const step = steps[walk.random(steps.length)];
				done.push(step);
				if (step !== "enters" || walk.free())
					walk[step]();
				walk.check();
			}
		} catch (error) {
			error.message += `\nseed ${seed}: ${done.join(" ")}`;
			throw error;
		}
	}
});
