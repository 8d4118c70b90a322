// Applies the user's actions, typed or clicked, to the state. Pure: takes an action { do, .. },
// changes the state, and returns { packets } to send or { refused }, a sentence that says why
// nothing was done. With { question } nothing was done either: the user is asked, and the action is
// performed again with `confirmed`.

import { commandHelp } from "../i18n/command_help.js";
import { t } from "../i18n/translate.js";
import { fold } from "../lib/names.js";
import { nearest } from "../lib/nearest.js";
import { bytesOf, linesIn } from "../lib/text_length.js";
import { changeAccount, endSessions, openAccount } from "./account.js";
import { findCommand, forUsers, isSecret, namesOf, OWN_COMMANDS, usageOf } from "./commands.js";
import { jumpToNewest } from "./history.js";
import { forgetAll } from "./login.js";
import { holdsMessages, track } from "./outbox.js";
import { startSearch } from "./search.js";
import { close, current, find, findOrOpen, isMe, lastKnown, notify, removeLine, reopen, show, showAnswer } from "./state.js";

const ACTIONS = {
	say, emote, direct, join, leave, names, moreNames, topic, setTopic, closeAnswer, read, help, command, listRooms, quit, openDm, retry,
	show: showConversation, undoLeave, history: historyHint, search, openAccount, changeAccount, endSessions,
};

/** typed: the line that the action is made of, if it was typed. */
export function perform(state, action, now, typed) {
	const done = { packets: [], refused: "", ...ACTIONS[action.do](state, action, now) };
	// What was typed is given back to the user if the server refuses it.
	if (typed !== undefined && !isSecret(typed))
		for (const { ref } of done.packets.filter(({ ref }) => state.outbox.has(ref)))
			state.outbox.get(ref).line = typed;
	return done;
}

/** Sends a message now or, if there is no connection, as soon as there is one. */
function sendMessage(state, packet, typed, { now, confirmed }) {
	const refused = tooLong(state, packet.message);
	if (refused)
		return { refused };
	const dm = packet.type === "direct" ? find(state, "dm", packet.to) : undefined;
	if (dm?.changed && !confirmed)
		return { question: t("differentPerson", dm) };
	if (dm)
		dm.changed = false;
	const sent = state.online && !holdsMessages(state);
	const tracked = track(state, packet, { isMessage: true, sent, after: state.lastId, typed, at: now });
	current(state).firstUnread = null;
	return { packets: sent ? [tracked, ...jumpToNewest(state)] : [] };
}

function sendRequest(state, packet, typed, more) {
	if (!state.online)
		return { refused: t("offline", { typed }) };
	return { packets: [track(state, packet, { typed, ...more })] };
}

function say(state, { text, confirmed }, now) {
	const { kind, name, former } = current(state);
	const typed = text.replace(/^\//u, "//");
	if (former)
		return { refused: t("formerPerson", { name }) };
	if (kind === "dm")
		return sendMessage(state, { type: "direct", to: name, message: text }, typed, { now, confirmed });
	return sendMessage(state, { type: "chat", room: name, message: text }, typed, { now });
}

function emote(state, { text, confirmed }, now) {
	const { kind, name, former } = current(state);
	if (former)
		return { refused: t("formerPerson", { name }) };
	if (kind === "dm")
		return sendMessage(state, { type: "direct", to: name, message: `[${state.nick} ${text}]` }, `/me ${text}`, { now, confirmed });
	return sendMessage(state, { type: "emote", room: name, message: text }, `/me ${text}`, { now });
}

function direct(state, { to, text, confirmed }, now) {
	return sendMessage(state, { type: "direct", to, message: text }, `/msg ${to} ${text}`, { now, confirmed });
}

function join(state, { room }) {
	const known = find(state, "room", room);
	if (known?.joined)
		return void show(state, known.key);
	return sendRequest(state, { type: "join", room }, `/join ${room}`);
}

/** Leaves the given or the current room. Direct messages are only closed, without a request. */
function leave(state, { room, key }) {
	const conversation = key ? state.conversations.get(key) : room ? find(state, "room", room) : current(state);
	if (conversation?.kind === "dm")
		return void close(state, conversation);
	const name = conversation?.name ?? room;
	return sendRequest(state, { type: "leave", room: name }, `/leave ${name}`);
}

/** Brings back the conversation that was left last: a room is entered again. */
function undoLeave(state) {
	if (!state.left)
		return undefined;
	const { wasCurrent } = state.left;
	const conversation = reopen(state);
	if (wasCurrent)
		show(state, conversation.key);
	// It may have been entered again meanwhile.
	if (conversation.kind === "dm" || (conversation.joined && conversation.seen === null))
		return undefined;
	conversation.joined = false;
	return sendRequest(state, { type: "join", room: conversation.name }, `/join ${conversation.name}`, { quiet: true });
}

function names(state) {
	const { kind, name } = current(state);
	if (kind === "dm")
		return { refused: t("onlyTwo", { name }) };
	return sendRequest(state, { type: "names", room: name }, "/names");
}

/** Requests the next people of a large room. */
function moreNames(state) {
	const { name, people } = current(state);
	const after = lastKnown({ people });
	return sendRequest(state, { type: "names", room: name, after }, "/names", { quiet: true });
}

/** Sets the topic or, without a text, shows it. */
function topic(state, { text }, now) {
	const conversation = current(state);
	if (conversation.kind === "dm")
		return { refused: t("topicsInRooms") };
	if (text)
		return sendRequest(state, { type: "topic", room: conversation.name, topic: text }, `/topic ${text}`);
	const { name: room, topic: set } = conversation;
	notify(state, set ? t("topicOf", { room, topic: set }) : t("topicOfNone", { room }), now);
}

/** Sets the topic of the current room, or removes it. */
function setTopic(state, { text }) {
	const { name } = current(state);
	return sendRequest(state, { type: "topic", room: name, topic: text }, `/topic ${text}`);
}

function closeAnswer(state) {
	state.answer = null;
}

/** Everything in the current conversation is read. */
function read(state) {
	Object.assign(current(state), { firstUnread: null, newCount: 0 });
}

/** Lists the commands, or describes one of them. */
function help(state, { word }) {
	const named = word && findCommand(state.commands, word.replace(/^\//u, ""));
	if (word && !named)
		return { refused: unknownCommand(state, word.replace(/^\//u, "")) };
	const listed = named ? [named] : forUsers(state.commands);
	showAnswer(state, { kind: "help", commands: listed.map((command) => ({ usage: usageOf(command, command.name), about: commandHelp(command) })) });
}

function unknownCommand({ commands }, word) {
	const meant = nearest(word, commands.flatMap(namesOf));
	return meant ? t("unknownCommandMeant", { command: `/${word}`, meant: `/${meant}` }) : t("unknownCommand", { command: `/${word}` });
}

/** Sends a command to the server as it was typed. Until its table has come, it may know more than the page. */
function command(state, { line }) {
	const word = /^\/(\S*)/u.exec(line)[1];
	if (state.commands !== OWN_COMMANDS && !findCommand(state.commands, word))
		return { refused: unknownCommand(state, word) };
	return isSecret(line) ? sendSecret(state, line, word) : sendRequest(state, { type: "command", line }, line);
}

// The password is in the packet that is sent, and nowhere else.
function sendSecret(state, line, word) {
	const shown = `/${word}`;
	const { packets = [], ...done } = sendRequest(state, { type: "command", line: shown }, shown, { secret: fold(word) });
	return { ...done, packets: packets.map((packet) => ({ ...packet, line })) };
}

/** Sends a message again that failed. */
function retry(state, { seq, confirmed }, now) {
	const conversation = current(state);
	const line = conversation.lines.find((failed) => failed.seq === seq);
	if (line?.kind !== "failed")
		return undefined;
	const done = sendMessage(state, line.packet, line.text, { now, confirmed });
	if (!done.refused && !done.question)
		removeLine(conversation, line);
	return done;
}

/** Searches what was said in all rooms, or opens the dialog that does. */
function search(state, { text }) {
	return { packets: startSearch(state, text) };
}

/** Requests the server's rooms, for the switcher. */
function listRooms(state) {
	return sendRequest(state, { type: "rooms" }, "/rooms", { quiet: true });
}

/** Logs out: everything is forgotten except what the login form shows. A copy of this tab that has the session keeps it. */
function quit(state) {
	const { online } = state;
	forgetAll(state);
	return { packets: online ? [{ type: "command", line: "/logout" }] : [] };
}

/** What the command shows elsewhere is above the lines here. */
function historyHint(state) {
	showAnswer(state, { kind: "text", title: t("messages"), text: t("historyAbove") });
}

function openDm(state, { nick: other }) {
	if (!isMe(state, other))
		show(state, findOrOpen(state, "dm", other).key);
}

function showConversation(state, { key }) {
	if (state.conversations.has(key))
		show(state, key);
}

function tooLong(state, message) {
	const { message: most, lines } = state.limits;
	const count = bytesOf(message) - most;
	if (count > 0)
		return t("tooLong", { count, most });
	const many = linesIn(message);
	return many > lines ? t("tooManyLines", { count: many, most: lines }) : "";
}
