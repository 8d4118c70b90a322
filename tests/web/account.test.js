// Accounts: the login with a password or a secret, what the user does with the name, and that a password is
// nowhere but in the packet that is sent.

import assert from "node:assert/strict";
import test from "node:test";
import { COMMANDS, NOON, receiveAll, welcomed } from "./fixture.js";
import { load } from "./load.js";

const { perform } = await load("model/actions.js");
const { isSecret, parse } = await load("model/commands.js");
const { passwordProblem } = await load("model/account.js");
const { hello, startLogin, startStayed, stopLogin } = await load("model/login.js");
const { disconnected, receive } = await load("model/packets.js");
const { describeSession } = await load("model/resume.js");
const { allDrafts, createState, current } = await load("model/state.js");

const SECRET = "tea for two";
const TABLE = [...COMMANDS, ...["register", "password", "unregister", "sessions"].map((name) => ({ name, aliases: [], params: [], help: "" }))];
const WELCOME = { type: "welcome", server: "Teahouse", nick: "ann", room: "main", version: 2, limits: {}, accounts: "open" };

function refused(state, code) {
	return receive(state, { type: "error", code, message: "?", about: "hello" }, NOON);
}

function asked() {
	const state = createState();
	startLogin(state, "ann", "tea");
	hello(state);
	refused(state, "password-needed");
	return state;
}

function member() {
	const state = welcomed();
	state.commands = TABLE;
	receiveAll(state, { ...WELCOME, account: true, rooms: [{ room: "main", read: 0, unread: 0, mentions: 0 }], directs: [] });
	return state;
}

test("a registered name is asked for its password, which is in the next hello alone", () => {
	const state = asked();
	assert.equal(state.phase, "login");
	assert.equal(state.login.asksPassword, true);
	assert.equal(state.problem, "");
	startLogin(state, "ann", "tea", { password: SECRET, stay: true });
	assert.deepEqual(hello(state), { type: "hello", version: 2, nick: "ann", room: "tea", password: SECRET, stay: true });
	receiveAll(state, { ...WELCOME, account: true, login: "ab", rooms: [], directs: [] });
	assert.equal(state.login.secret, "ab");
	assert.equal(state.account.isMine, true);
	assert.ok(!JSON.stringify(state, (_, value) => value instanceof Map ? [...value] : value).includes(SECRET));
});

test("a wrong password is asked for again, and the wait for the server's answer is not the end", () => {
	const state = asked();
	startLogin(state, "ann", "tea", { password: "wrong one" });
	hello(state);
	refused(state, "password-wrong");
	assert.match(state.problem, /wrong/u);
	assert.deepEqual([state.phase, state.login.asksPassword, state.login.asks, state.login.password], ["login", true, 2, ""]);
	startLogin(state, "ann", "tea", { password: SECRET });
	hello(state);
	refused(state, "busy");
	assert.match(state.problem, /Too many/u);
	assert.equal(state.login.asksPassword, true, "it can be sent again");
});

test("another name can be chosen instead of the one whose password is asked for", () => {
	const state = asked();
	stopLogin(state);
	startLogin(state, "bob", "tea");
	assert.deepEqual(hello(state), { type: "hello", version: 2, nick: "bob", room: "tea" });
	assert.equal(state.login.asksPassword, false);
});

test("where no password is taken, another name is", () => {
	const state = asked();
	startLogin(state, "ann", "", { password: SECRET });
	hello(state);
	refused(state, "password-insecure");
	assert.match(state.problem, /https/u);
	assert.equal(state.login.asksPassword, false);
});

test("who stays logged in is in by the secret; a void one leads to the form", () => {
	const state = createState();
	startStayed(state, { nick: "ann", secret: "ab" }, "");
	assert.deepEqual(hello(state), { type: "hello", version: 2, login: "ab" });
	refused(state, "login-failed");
	assert.deepEqual([state.phase, state.login.secret, state.login.asksPassword, state.wanted.nick], ["login", "", true, "ann"]);
	assert.match(state.problem, /logged out/u);
});

test("a session that cannot be resumed goes on by the secret, or asks for the password", () => {
	for (const secret of ["ab", ""]) {
		const state = member();
		Object.assign(state, { secret: "xy" });
		state.login.secret = secret;
		disconnected(state, NOON);
		assert.equal(hello(state).resume, "xy");
		const [again] = refused(state, "resume-failed");
		assert.equal(again.login, secret === "" ? undefined : "ab");
		if (secret === "") {
			refused(state, "password-needed");
			assert.deepEqual([state.phase, state.login.asksPassword], ["login", true]);
			assert.match(state.problem, /Log in again/u);
		}
	}
});

test("a session that another one has ended is over, and does not come back", () => {
	const state = member();
	receiveAll(state, { type: "error", code: "session-ended", message: "This session was ended from another one." });
	assert.deepEqual([state.phase, state.conversations.size, state.secret, state.login.secret, state.ended], ["login", 0, "", "", true]);
	assert.match(state.problem, /ended from another/u);
	assert.equal(describeSession(state), null);
});

test("only what the server offers can be done", () => {
	const state = welcomed();
	assert.match(perform(state, { do: "openAccount", what: "register" }, NOON).refused, /no accounts/u);
	receiveAll(state, { ...WELCOME, accounts: "closed" });
	assert.match(perform(state, { do: "openAccount", what: "register" }, NOON).refused, /operator/u);
	assert.match(perform(state, { do: "openAccount", what: "sessions" }, NOON).refused, /not registered/u);
	assert.match(perform(member(), { do: "openAccount", what: "register" }, NOON).refused, /already/u);
});

test("a name is registered, and refusals are told where the password was typed", () => {
	const state = welcomed();
	receiveAll(state, WELCOME);
	perform(state, { do: "openAccount", what: "register" }, NOON);
	const [packet] = perform(state, { do: "changeAccount", what: "register", secrets: { password: SECRET } }, NOON).packets;
	assert.deepEqual(packet, { type: "register", password: SECRET, ref: packet.ref });
	assert.ok(!JSON.stringify([...state.outbox]).includes(SECRET));
	receiveAll(state, { type: "error", code: "busy", message: "?", about: "register", ref: packet.ref });
	assert.deepEqual([state.account.status, state.account.open], ["failed", "register"]);
	const lines = current(state).lines.length;
	const [again] = perform(state, { do: "changeAccount", what: "register", secrets: { password: SECRET } }, NOON).packets;
	receiveAll(state, { type: "account", nick: "ann", registered: true, message: "?", ref: again.ref });
	assert.deepEqual([state.account.isMine, state.account.open], [true, ""]);
	assert.match(state.sentence.text, /yours now/u);
	assert.equal(current(state).lines.length, lines);
	receiveAll(state, { type: "account", nick: "ann", registered: false, message: "Gone." });
	assert.equal(state.account.isMine, false);
	assert.equal(current(state).lines.at(-1).text, "Gone.", "it was done in another session");
});

test("a lost connection is told where the password was typed", () => {
	const state = member();
	perform(state, { do: "openAccount", what: "password" }, NOON);
	perform(state, { do: "changeAccount", what: "password", secrets: { old: SECRET, new: "tea for three" } }, NOON);
	disconnected(state, NOON);
	assert.deepEqual([state.account.status, state.account.open], ["failed", "password"]);
});

test("sessions are listed and ended", () => {
	const state = member();
	const [ask] = perform(state, parse("/sessions", TABLE), NOON).packets;
	assert.deepEqual(ask, { type: "sessions", ref: ask.ref });
	receiveAll(state, { type: "sessions", sessions: [{ number: 1, protocol: "web", since: NOON, idle: 0, this: true }, { number: 2, protocol: "stay", since: NOON, until: NOON }], ref: ask.ref });
	const [end] = perform(state, { do: "endSessions", numbers: [2] }, NOON).packets;
	assert.deepEqual(end, { type: "sessions", end: 2, ref: end.ref });
	receiveAll(state, { type: "sessions", sessions: [{ number: 1, protocol: "web", since: NOON, idle: 0, this: true }], ref: end.ref });
	assert.equal(state.account.sessions.length, 1);
	assert.equal(state.account.open, "sessions");
});

test("a password is told by its length in bytes", () => {
	assert.notEqual(passwordProblem("ä".repeat(3) + "a"), "");
	assert.equal(passwordProblem("ä".repeat(4)), "");
	assert.equal(passwordProblem("a".repeat(256)), "");
	assert.notEqual(passwordProblem("a".repeat(257)), "");
});

test("a password that is typed as part of a command is kept nowhere, and never said", () => {
	for (const word of ["register", "Password", "unregister", "login"])
		for (const line of [`/${word} ${SECRET}`, ` \u200b/${word} ${SECRET}`, `/${word} ${SECRET}\nand more`]) {
			const state = member();
			const key = state.current;
			current(state).draft = line;
			assert.ok(!JSON.stringify(allDrafts(state)).includes("tea"));
			current(state).draft = "";
			const { packets, refused: problem } = perform(state, parse(line, TABLE), NOON, line);
			assert.equal(problem, "");
			assert.deepEqual(packets.map(({ type, line: sent }) => [type, sent.includes(SECRET)]), [["command", true]]);
			const kept = () => JSON.stringify([[...state.outbox], describeSession(state), state.returned, state.conversations.get(key).lines]);
			assert.ok(!kept().includes("tea for"));
			receiveAll(state, { type: "error", code: "password-invalid", message: "?", about: "command", ref: packets[0].ref });
			assert.ok(!kept().includes("tea for"));
			assert.match(current(state).lines.at(-1).text, /8 to 256/u);
			perform(state, parse(line, TABLE), NOON, line);
			disconnected(state, NOON);
			assert.ok(!kept().includes("tea for"), "nor when the connection is lost");
		}
	assert.ok(!isSecret("/register"));
	assert.ok(!isSecret("/topic password register"));
});
