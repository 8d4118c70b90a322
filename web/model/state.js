// The state of the page: the login, the conversations (rooms and direct messages) with their
// lines, and the requests without an answer. A plain model and the functions that keep it
// consistent; packets.js and actions.js change it, the view draws it. Does not know the DOM, the
// connection or the clock.

import { fold, sameName, sortedNames } from "../lib/names.js";
import { assignColours, colourIn, keepColours, renameColour } from "./colours.js";
import { isSecret, OWN_COMMANDS } from "./commands.js";
import { addLine, createLoaded, isCounted, isMessage } from "./loaded.js";

export function createState() {
	return {
		phase: "login",             // the form is shown; then "entering" until the server accepts the nick; then "in"
		problem: "",                // why the last nick was refused,
		suggestion: "",             // and another one to try
		wanted: { nick: "", room: "" },
		login: createLogin(),
		account: createAccount(),
		ended: false,               // another session has ended this one, which the page has not acted upon yet
		retryHello: false,          // hello was refused for the moment (the lost connection may still hold the nick)
		online: false,              // logged in on the present connection
		wantedMessage: null,        // a message that is to be shown: { at: its conversation by nameKey, id }
		sentence: null,             // something to be said for a moment: { text }
		search: createSearch(),
		secret: "",                 // by which the session is resumed on another connection
		lastId: 0,                  // the highest id of an event that was told
		catchUp: null,              // between the resumption of a session and what is live, see catch_up.js
		helloSent: false,           // and not answered yet
		ghostSince: 0,              // when a connection was lost that may keep the name in use, in ms
		taken: null,                // the name is in use: the refused hello's { code, reason }, until it is known by whom
		toEnter: "",                // the room to enter, if the session is resumed
		lineage: "",                // the same in all copies of this tab
		elsewhere: false,           // a copy of this tab has the session
		restored: false,            // after a reload, and not logged in again since
		pageVisible: true,
		pageFocused: true,
		refused: false,             // the server answers by HTTP, but not by WebSocket
		server: "Teahouse",
		greeting: null,             // { room, users }, known before the login
		nick: "",
		limits: { message: 4000, lines: 40 },
		conversations: new Map(),   // by key, in the order they were opened
		current: null,              // key of the conversation that is shown
		serverRooms: [],            // every room of the server, as last listed
		answer: null,               // what was asked for last and is shown to the user alone: { key, kind, .. }
		aside: null,                // the last direct message that came while another conversation was in view
		profiles: new Map(),        // folded nick -> what the server has told of the person, see profiles.js
		profilesVersion: 0,         // rises with each change of it
		card: null,                 // the person whose card is shown: { nick }
		drafts: {},                 // what was typed for conversations that are not open, by nameKey
		left: null,                 // the conversation that was left or closed last, see undoLeave
		returned: null,             // a typed line that the server has refused: { key, text, reason }
		outbox: new Map(),          // requests without an answer, by ref
		unseen: [],                 // messages that came while their conversation was not in view, or not in use
		commands: OWN_COMMANDS,     // the table of commands, after the login the server's
		partialLists: {},           // long answers that are still arriving, by packet type
		lastRef: 0,
		lastSeq: 0,
	};
}

export function createLogin() {
	return {
		asksPassword: false, // the form asks for the password of the name,
		asks: 0,             // so many times
		password: "",        // what was typed as such, until the server has answered
		stay: false,         // the server is to give a secret for the next login
		secret: "",          // that secret
	};
}

function createAccount() {
	return {
		isMine: false,  // the user's name is registered
		offered: "",    // whether others can be: "open", "closed" (by the operator only), or "" (no accounts)
		open: "",       // the dialog that is wanted: "register", "password", "unregister" or "sessions"
		status: "",     // of what was asked for there: "busy", "failed" or "done"
		problem: "",    // why it has failed
		sessions: null, // the user's sessions, as last listed
	};
}

function createSearch() {
	return {
		isOpen: false,
		text: "",
		room: "",     // "": all rooms that the user is in, and all conversations,
		with: "",     // unless only the one with this person is searched
		status: "",   // "loading", "done" or "failed"; "" before the first search
		problem: "",  // why it has failed
		hits: [],     // { id, room, with, nick, time, kind, text }, the newest first: in a room, or with a person
		more: false,  // there are older ones,
		before: 0,    // before this id
		issue: 0,     // rises with each search: an answer to an older one is late
	};
}

export function isMe(state, nick) {
	return sameName(nick, state.nick);
}

/** What a conversation is called: it changes with the name, and its key does not. */
export function nameKey({ kind, name }) {
	return `${kind}:${fold(name)}`;
}

/** The conversation with whom or where this name is in use now. */
export function find(state, kind, name) {
	const folded = fold(name);
	for (const conversation of state.conversations.values())
		if (conversation.kind === kind && !conversation.former && fold(conversation.name) === folded)
			return conversation;
	return undefined;
}

/** kind: "room" or "dm". */
export function findOrOpen(state, kind, name) {
	const known = find(state, kind, name);
	if (known)
		return known;
	const opened = createConversation(freeKey(state, nameKey({ kind, name })), kind, name);
	if (kind === "room" || state.account.isMine)
		opened.loaded = createLoaded();
	opened.draft = takeDraft(state, opened);
	state.conversations.set(opened.key, opened);
	return opened;
}

// A key stays with its conversation when the person takes another name, and may be in use because of that.
function freeKey(state, wanted) {
	let key = wanted;
	for (let i = 2; state.conversations.has(key); i++)
		key = `${wanted}:${i}`;
	return key;
}

function takeDraft(state, conversation) {
	const key = nameKey(conversation);
	const draft = Object.hasOwn(state.drafts, key) ? state.drafts[key] : "";
	delete state.drafts[key];
	return draft;
}

/** What is typed and not sent, by nameKey: for the next load of the page. No passwords. */
export function allDrafts(state) {
	const drafts = { ...state.drafts };
	for (const conversation of state.conversations.values())
		if (conversation.draft !== "" && !conversation.former)
			drafts[nameKey(conversation)] = conversation.draft;
	return Object.fromEntries(Object.entries(drafts).filter(([, text]) => !isSecret(text)));
}

function createConversation(key, kind, name) {
	return {
		key, kind, name,
		draft: "",
		offline: false,             // the other person of a dm is known to have left the server
		unsure: false,              // the other person is out of sight: the server is being asked
		changed: false,             // another person may have the name now, which the user does not know yet
		profilesAskedAt: 0,         // in ms
		former: false,              // the name belongs to the person of another conversation now
		topic: "",
		people: new Map(),          // folded nick -> nick
		colours: new Map(),         // folded nick -> number of the person's colour
		users: 0,                   // how many are present; more than people in a large room
		namesStale: false,          // people entered or left without being named
		peopleVersion: 0,           // rises with each change of people or users
		seen: null,                 // the id up to which the page knows what happened here; null: all, as it is told
		joined: kind === "dm",      // false in a room after a lost connection, until it is joined again
		topicBy: "",                // who set the topic
		news: { entered: [], left: [], joined: 0, gone: 0 }, // of people, not announced to screen readers yet
		lines: [],
		loaded: null,               // which part of the history the lines are; null if the server keeps none
		complete: true,             // false once the first lines were dropped
		linesVersion: 0,            // rises whenever a line is removed
		unread: 0,
		mentions: 0,                // how many of the unread lines mention the user
		newCount: 0,                // how many messages were unread when the conversation was opened, or were missed while it is
		firstUnread: null,          // seq of the first line that came while the conversation was not in view,
		read: 0,                    // the id of the last event that the user of an account has read, on any device,
		seenId: 0,                  // and in this page, which the server is told of,
		readSentAt: 0,              // at most once a second
		countedTo: 0,               // up to this id the server has counted what is unread
		newFrom: null,              // what comes after this id is new, but it is not known yet which line that is
		registered: false,          // the name of the other person of a dm is an account's
		firstUnreadId: undefined,   // and its id, by which it is found if it is loaded again
	};
}

export function close(state, conversation) {
	const keys = inOrder(state).map(({ key }) => key);
	const at = keys.indexOf(conversation.key);
	state.left = { conversation, before: nextOf(state, conversation), wasCurrent: state.current === conversation.key };
	conversation.seen ??= state.lastId;
	state.conversations.delete(conversation.key);
	if (conversation.draft !== "" && !conversation.former)
		state.drafts[nameKey(conversation)] = conversation.draft;
	if (state.current !== conversation.key)
		return;
	state.current = null;
	const next = keys[at - 1] ?? keys[at + 1];
	if (next !== undefined)
		show(state, next);
}

function nextOf(state, conversation) {
	const all = [...state.conversations.keys()];
	return all[all.indexOf(conversation.key) + 1] ?? null;
}

/** Puts the conversation that was closed last back in its place, with its lines and its draft. */
export function reopen(state) {
	const { conversation, before } = state.left;
	state.left = null;
	// It may have been opened again meanwhile.
	const anew = find(state, conversation.kind, conversation.name);
	if (anew)
		return anew;
	takeDraft(state, conversation);
	conversation.key = freeKey(state, conversation.key);
	const entries = [...state.conversations];
	const at = entries.findIndex(([key]) => key === before);
	entries.splice(at < 0 ? entries.length : at, 0, [conversation.key, conversation]);
	state.conversations = new Map(entries);
	return conversation;
}

export function current(state) {
	return state.conversations.get(state.current);
}

/** Whether the user is logged in and there is a conversation to show. */
export function isInApp(state) {
	return state.phase === "in" && current(state) !== undefined;
}

export function ofKind(state, kind) {
	return [...state.conversations.values()].filter((conversation) => conversation.kind === kind);
}

/** A user is always in at least one room. */
export function isOnlyRoom(state, conversation) {
	return conversation.kind === "room" && ofKind(state, "room").length === 1;
}

/** In the order of the sidebar: rooms, then direct messages. */
export function inOrder(state) {
	return [...ofKind(state, "room"), ...ofKind(state, "dm")];
}

/** Shows a conversation and marks it as read. */
export function show(state, key) {
	const before = current(state);
	if (before && before.key !== key)
		before.firstUnread = null;
	if (before?.loaded && before.key !== key)
		before.loaded.isLeft = before.loaded.detached;
	state.current = key;
	state.conversations.get(key).newCount = state.conversations.get(key).unread;
	markRead(state);
}

export function setPageVisible(state, visible) {
	state.pageVisible = visible;
	const conversation = current(state);
	if (!visible && conversation)
		conversation.firstUnread = null;
	markRead(state);
}

/** A page can be visible without being used, beside another window: what comes is read, but may need an alert. */
export function setPageFocused(state, focused) {
	state.pageFocused = focused;
}

function markRead(state) {
	const conversation = current(state);
	if (!state.pageVisible || !conversation)
		return;
	conversation.unread = 0;
	conversation.mentions = 0;
}

/** Replaces the list of people. In a large room, nicks are only the first of users. */
export function setPeople(room, nicks, users = nicks.length, arrived = nicks) {
	room.people = new Map();
	keepColours(room.colours, nicks);
	assignColours(room.colours, arrived);
	addPeople(room, nicks, users);
}

export function addPeople(room, nicks, users) {
	for (const nick of nicks)
		room.people.set(fold(nick), nick);
	assignColours(room.colours, nicks);
	room.users = users;
	room.peopleVersion++;
}

export function addPerson(room, nick) {
	if (!room.people.has(fold(nick)))
		room.users++;
	room.people.set(fold(nick), nick);
	assignColours(room.colours, [nick]);
	room.peopleVersion++;
}

export function removePerson(room, nick) {
	room.people.delete(fold(nick));
	room.colours.delete(fold(nick));
	room.users = Math.max(0, room.users - 1);
	room.peopleVersion++;
}

/** Says whether the person was on the list. */
export function renamePerson(room, from, to) {
	if (!room.people.has(fold(from)))
		return false;
	// The place in the list is kept, since the server continues its list after the last nick (see lastKnown).
	const renamed = ([key, nick]) => key === fold(from) ? [fold(to), to] : [key, nick];
	// A user who is still listed with the new name has left without being named.
	const others = [...room.people].filter(([key]) => key !== fold(to) || sameName(from, to));
	room.people = new Map(others.map(renamed));
	renameColour(room.colours, from, to);
	room.peopleVersion++;
	return true;
}

/** The last person that the server has listed. */
export function lastKnown(room) {
	return [...room.people.values()].at(-1);
}

/**
 * Appends a line { kind, time, id, .. } and counts it as unread unless it is in view. id is the number
 * of its event, which rises over the whole server; it is undefined for lines of the page's own. past:
 * it happened while the user was away. The line gets a seq, which rises over the whole page.
 */
export function append(state, conversation, line) {
	line.seq = ++state.lastSeq;
	if (line.nick !== undefined)
		line.colour = colourIn(conversation, line.nick);
	addLine(conversation, line);
	const inView = state.pageVisible && state.current === conversation.key;
	if (line.own || !isMessage(line) || (line.past && isCounted(conversation, line)))
		return;
	if (!inView || !state.pageFocused)
		state.unseen.push({ ...line, conversation });
	if (conversation.firstUnread === null && (!inView || line.past))
		Object.assign(conversation, { firstUnread: line.seq, firstUnreadId: line.id });
	if (inView) {
		conversation.newCount += line.past ? 1 : 0;
		return;
	}
	conversation.unread++;
	if (line.mention)
		conversation.mentions++;
}

/** Removes and returns the messages that nobody was looking at when they came. */
export function takeUnseen(state) {
	return state.unseen.splice(0);
}

export function removeLine(conversation, line) {
	conversation.lines.splice(conversation.lines.indexOf(line), 1);
	conversation.linesVersion++;
}

/** Shows the user, and nobody else, what was asked for. answer: { kind, .. } */
export function showAnswer(state, answer, key = state.current) {
	state.answer = { ...answer, key: state.conversations.has(key) ? key : state.current };
}

/** Appends a notice to the conversation with this key or, if there is none, to the current one. */
export function notify(state, text, time, key = state.current) {
	const conversation = state.conversations.get(key) ?? current(state);
	if (conversation)
		append(state, conversation, { kind: "notice", time, text });
}

/**
 * A person has another name: the conversation, and messages that could not be sent, follow. Returns
 * the conversation, if there is one, that another person has had under the new name.
 */
export function renameDm(state, from, to) {
	const isTo = ({ packet }) => packet?.type === "direct" && sameName(packet.to, from);
	for (const { lines } of state.conversations.values())
		for (const line of lines.filter(isTo))
			line.text = readdress(line.packet, line.text, to);
	for (const request of [...state.outbox.values()].filter(isTo))
		request.typed = readdress(request.packet, request.typed, to);
	const dm = find(state, "dm", from);
	const other = find(state, "dm", to);
	// The person who had the name before has lost it, or this one could not have taken it.
	if (other && dm && other !== dm)
		other.former = true;
	if (dm)
		Object.assign(dm, { name: to, offline: false, unsure: false });
	else if (other)
		other.name = to; // perhaps with other capitals
	return dm ? undefined : other;
}

// Returns what has to be typed for it now.
function readdress(packet, typed, to) {
	const { to: from, message } = packet;
	packet.to = to;
	return typed === `/msg ${from} ${message}` ? `/msg ${to} ${message}` : typed;
}

/** The messages that were typed in a conversation and are not confirmed by the server yet. */
export function pendingIn(state, key) {
	return [...state.outbox.values()].filter((request) => request.isMessage && request.key === key);
}

/** The sums over all conversations: { unread, mentions }. */
export function totals(state) {
	const sum = (field) => inOrder(state).reduce((total, conversation) => total + conversation[field], 0);
	return { unread: sum("unread"), mentions: sum("mentions") };
}

/** The title of the tab, with the number of unread messages in front. The icon shows whether they mention the user. */
export function titleOf(state) {
	const conversation = current(state);
	const title = conversation ? `${conversation.name} - ${state.server}` : state.server;
	const { unread } = totals(state);
	return unread > 0 ? `(${unread}) ${title}` : title;
}

/** Nicks for completion: those who spoke last come first, then the others by name. */
export function nicksByRecency(state) {
	const conversation = current(state);
	if (!conversation)
		return [];
	const present = new Map(conversation.people);
	if (conversation.kind === "dm")
		present.set(fold(conversation.name), conversation.name);
	present.delete(fold(state.nick));
	const nicks = [];
	const renamed = new Map(); // what a person was called -> what the same person is called now
	for (let at = conversation.lines.length - 1; at >= 0; at--) {
		const { kind, nick = "", to, was } = conversation.lines[at];
		const written = fold(nick);
		if (kind === "renamed") {
			noteFormer(renamed, written, fold(to));
			continue;
		}
		const speaker = renamed.get(written) ?? written;
		if (present.has(speaker))
			nicks.push(present.get(speaker));
		present.delete(speaker);
		if (was !== undefined)
			noteFormer(renamed, fold(was), written);
	}
	return [...nicks, ...sortedNames(present.values())];
}

function noteFormer(renamed, from, to) {
	const now = renamed.get(to) ?? to;
	renamed.set(to, ""); // before that it was the name of another person
	renamed.set(from, now);
}
