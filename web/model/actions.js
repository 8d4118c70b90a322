// What a person does, typed or clicked, to the state. Pure: an act in, the state changed,
// out { packets } to send now or { refused }, a sentence that says why nothing happened.

import { keep } from "./outbox.js";
import { say as words } from "../i18n/translate.js";
import { bytesOf, linesIn } from "../lib/text_length.js";
import { close, createState, current, find, findOrOpen, isMe, lastKnown, notify, show, takeBack } from "./state.js";

const ACTS = { say, emote, direct, join, leave, nick, names, more, topic, command, browse, quit, open, retry, show: showKey };

export function perform(state, act, now) {
	const { packets = [], refused = "" } = ACTS[act.do](state, act, now) ?? {};
	return { packets, refused };
}

/** Sets out to enter under a nick. */
export function enter(state, nick, room) {
	Object.assign(state, { phase: "entering", problem: "", suggestion: "", wanted: { nick, room } });
}

/** Said now if there is a connection, else when there is one again. */
function speak(state, packet, typed, now) {
	const refused = tooLong(state, packet.message);
	if (refused)
		return { refused };
	const kept = keep(state, packet, { said: true, sent: state.online, typed, at: now });
	const conversation = current(state);
	conversation.newFrom = null;
	return { packets: state.online ? [kept] : [] };
}

function ask(state, packet, typed, more) {
	if (!state.online)
		return { refused: words("offline", { typed }) };
	return { packets: [keep(state, packet, { typed, ...more })] };
}

function say(state, { text }, now) {
	const { kind, name } = current(state);
	if (kind === "talk")
		return speak(state, { type: "direct", to: name, message: text }, text.replace(/^\//u, "//"), now);
	return speak(state, { type: "chat", room: name, message: text }, text.replace(/^\//u, "//"), now);
}

function emote(state, { text }, now) {
	const { kind, name } = current(state);
	if (kind === "talk")
		return speak(state, { type: "direct", to: name, message: `[${state.nick} ${text}]` }, `/me ${text}`, now);
	return speak(state, { type: "emote", room: name, message: text }, `/me ${text}`, now);
}

function direct(state, { to, text }, now) {
	return speak(state, { type: "direct", to, message: text }, `/msg ${to} ${text}`, now);
}

function join(state, { room }) {
	const known = find(state, "room", room);
	if (known?.joined)
		return void show(state, known.key);
	return ask(state, { type: "join", room }, `/join ${room}`);
}

/** Leaves the room named, or what is in front; a talk is simply closed. */
function leave(state, { room, key }) {
	const conversation = key ? state.conversations.get(key) : room ? find(state, "room", room) : current(state);
	if (conversation?.kind === "talk")
		return void close(state, conversation);
	const name = conversation?.name ?? room;
	return ask(state, { type: "leave", room: name }, `/leave ${name}`);
}

function nick(state, { nick: wanted }) {
	return ask(state, { type: "nick", nick: wanted }, `/nick ${wanted}`);
}

function names(state) {
	const { kind, name } = current(state);
	if (kind === "talk")
		return { refused: words("onlyTwo", { name }) };
	return ask(state, { type: "names", room: name }, "/names");
}

/** Asks for the next of the people in a large room. */
function more(state) {
	const { name, people } = current(state);
	const after = lastKnown({ people });
	return ask(state, { type: "names", room: name, after }, "/names", { quiet: true });
}

function topic(state, { text }, now) {
	const conversation = current(state);
	if (conversation.kind === "talk")
		return { refused: words("topicsInRooms") };
	if (text)
		return ask(state, { type: "topic", room: conversation.name, topic: text }, `/topic ${text}`);
	const { name: room, topic: set } = conversation;
	notify(state, set ? words("topicOf", { room, topic: set }) : words("topicOfNone", { room }), now);
}

function command(state, { line }) {
	return ask(state, { type: "command", line }, line);
}

/** Has another try at what was refused, where it was. */
function retry(state, { seq }, now) {
	const conversation = current(state);
	const line = conversation.lines.find((failed) => failed.seq === seq);
	if (line?.kind !== "failed")
		return undefined;
	const done = speak(state, line.packet, line.text, now);
	if (!done.refused)
		takeBack(conversation, line);
	return done;
}

/** Asks for the rooms of the server, for a list to choose from. */
function browse(state) {
	return ask(state, { type: "rooms" }, "/rooms", { quiet: true });
}

/** Leaves for good: all is forgotten but what stands on the form. */
function quit(state) {
	const { nick: wanted, server, watching, lastSeq } = state;
	Object.assign(state, createState(), { wanted: { nick: wanted, room: "" }, server, watching, lastSeq });
}

/** Opens the talk with somebody. */
function open(state, { nick: other }) {
	if (!isMe(state, other))
		show(state, findOrOpen(state, "talk", other).key);
}

function showKey(state, { key }) {
	if (state.conversations.has(key))
		show(state, key);
}

function tooLong(state, message) {
	const { message: most, lines } = state.limits;
	const count = bytesOf(message) - most;
	if (count > 0)
		return words("tooLong", { count, most });
	const many = linesIn(message);
	return many > lines ? words("tooManyLines", { count: many, most: lines }) : "";
}
