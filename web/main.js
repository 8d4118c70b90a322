// Connects the parts: packets and actions change the state, and the state is drawn. The only module
// that knows both the connection and the view.

import { recordShown, wantedByAddress, watchHistory } from "./browser_history.js";
import { t } from "./i18n/translate.js";
import { fold } from "./lib/names.js";
import { roomAddress } from "./lib/room_address.js";
import { forgetLogin, rememberDrafts, rememberNick, rememberedDrafts, rememberedLogin, rememberedNick } from "./lib/storage.js";
import { dropSession, restoreSession, storeLogin, storeSession, takeLingering, watchPage } from "./lifetime.js";
import { perform } from "./model/actions.js";
import { parse } from "./model/commands.js";
import { messagePackets } from "./model/outbox.js";
import { askForHistory, continueGap, jumpToNewest, loadMore, openDirect, openMessage } from "./model/history.js";
import { giveUpName, hello, startLogin, startStayed, stopLogin } from "./model/login.js";
import { disconnected, goneElsewhere, receive } from "./model/packets.js";
import { askForProfile, askForProfiles } from "./model/profiles.js";
import { readPackets } from "./model/read_markers.js";
import { moreHits, startSearch } from "./model/search.js";
import { createSettings, isWorthAlert } from "./model/settings.js";
import { allDrafts, append, createState, current, inOrder, isInApp, nicksByRecency, notify, ofKind, takeUnseen } from "./model/state.js";
import { socketAddress } from "./net/address.js";
import { Connection } from "./net/connection.js";
import { serverAnswers } from "./net/reachable.js";
import { newLineage, Twins } from "./net/twins.js";
import { startWorker } from "./net/worker.js";
import { watchKeys } from "./shortcuts.js";
import { playSound, prepareSound, showNotification } from "./view/alerts.js";
import { createAnswer } from "./view/answer.js";
import { createAside } from "./view/aside.js";
import { copyText } from "./view/clipboard.js";
import { Composer } from "./view/composer.js";
import { confirm } from "./view/confirm.js";
import { byId } from "./view/dom.js";
import { createElsewhere } from "./view/elsewhere.js";
import { createLogin } from "./view/login.js";
import { MessageLog } from "./view/message_log.js";
import { drawPage } from "./view/page.js";
import { createPanes } from "./view/panes.js";
import { createPeople } from "./view/people.js";
import { createSettingsDialog } from "./view/settings_dialog.js";
import { createSidebar } from "./view/sidebar.js";
import { createToast } from "./view/toast.js";
import { createTopic } from "./view/topic.js";
import { translatePage } from "./view/translate_page.js";

const HELLO_RETRY = 3000; // ms until a refused hello is sent again
const PROFILES_EVERY = 5000; // ms between checks whether profiles have to be requested
const READ_EVERY = 500; // ms between checks whether the server has to be told what was read
const FORM_LISTENS = 60_000; // ms until a login form that nobody fills in closes its connection
let dialogs = null;     // once they are loaded,
let loadingDialogs = null;
let helloTimer = null;
let greetingTimer = null;
let drawing = null; // the timer of the next drawing
let welcomedAt = 0; // by the server's clock, in ms

translatePage();

const state = createState();
const settings = createSettings();
const connection = new Connection(socketAddress(location.href), {
	opened: () => state.phase !== "login" && connection.send(hello(state)),
	packet: onPacket,
	closed: onClosed,
	resumedElsewhere: yieldSession,
	changed: drawSoon,
});
const twins = new Twins({ asked: sessionOf, taken: onTaken });
const composer = new Composer({
	send: (text, confirmed) => act({ ...parse(text, state.commands), confirmed }, text),
	drafted: () => rememberDrafts(allDrafts(state)),
	known: () => ({ nicks: nicksByRecency(state), rooms: roomNames(), commands: state.commands }),
	page: (direction) => log.page(direction),
});
const log = new MessageLog({ edit: (text) => composer.edit(text), retry, join: enter, read: () => act({ do: "read" }), load, jump: () => sendSoon(jumpToNewest(state)) });
const drawSidebar = createSidebar(state, { act: onClick, goTo: () => goTo(), newRoom: () => goTo(true), logOut });
const drawPeople = createPeople(onClick, drawSoon);
const drawToast = createToast(onClick, () => (Object.assign(state, { left: null, sentence: null }), drawSoon()));
const drawAnswer = createAnswer({ join: enter, close: () => onClick({ do: "closeAnswer" }) });
const drawTopic = createTopic((text) => onClick({ do: "setTopic", text }));
const drawElsewhere = createElsewhere(continueHere);
const drawAside = createAside((key) => onClick({ do: "show", key }));
const settingsDialog = createSettingsDialog(settings, { shownRoom, redraw });
const login = createLogin(logIn, useOtherName);
const panes = createPanes();

/**
 * Performs an action. Returns { refused, question }: sentences, both empty if it was done. typed: the line
 * that was typed for it.
 */
function act(action, typed) {
	const before = state.current;
	const { secret } = state.login;
	const { packets, refused, question } = perform(state, action, Date.now(), typed);
	sendAll(packets);
	if (action.do === "quit")
		showLogin(secret);
	if (state.current !== before)
		draw();
	drawSoon();
	return { refused, question };
}

function retry(seq, confirmed = false) {
	const { refused, question } = act({ do: "retry", seq, confirmed });
	composer.showProblem(refused || question, question ? () => retry(seq, true) : null);
}

function sendAll(packets) {
	for (const packet of packets)
		connection.send(packet);
}

function onClick(action) {
	const { refused } = act(action);
	panes.close();
	composer.showProblem(refused);
	// On a touch screen, focus would open the keyboard.
	if (isInApp(state) && !matchMedia("(pointer: coarse)").matches)
		composer.focus();
}

function showDirect(nick, id) {
	openDirect(state, nick, id);
	panes.close();
	draw();
}

/** id: the message to go to, or 0. */
function enter(room, id = 0) {
	if (id === 0 || !openMessage(state, room, id))
		return onClick({ do: "join", room });
	panes.close();
	draw();
}

function load(what, seq, again) {
	sendSoon(what === "gap" ? continueGap(state, seq) : loadMore(state, what, again));
}

function sendSoon(packets) {
	sendAll(packets);
	drawSoon();
}

function lineMenu({ id, text }) {
	const { kind, name } = current(state);
	const copy = async (wanted) => {
		state.sentence = { text: t(await copyText(wanted) ? "copied" : "notCopied") };
		drawSoon();
	};
	const link = { label: t("copyLink"), run: () => copy(location.origin + location.pathname + roomAddress(name, id)) };
	return [...(kind === "room" && id !== undefined ? [link] : []), { label: t("copyText"), run: () => copy(text) }];
}

// proof: { password, stay }, if the form asks for them.
function logIn(nick, proof) {
	if (state.phase === "entering" && connection.status === "open")
		return; // The server has not answered yet.
	if (nick === "")
		state.problem = t("enterName");
	else if (proof.password === "")
		state.problem = t("enterPassword");
	else
		sendHello(nick, proof);
	drawSoon();
}

function sendHello(nick, proof) {
	startLogin(state, nick, state.wanted.room, proof);
	if (proof.password === undefined)
		takeLingering(state, nick);
	openSession();
}

function openSession() {
	state.lineage ||= newLineage();
	if (connection.status === "open")
		connection.send(hello(state));
	else
		connection.start();
}

// The server may be about to answer the one that was given up.
function useOtherName() {
	connection.stop();
	dropSession("");
	stopLogin(state);
	connection.start();
	draw();
}

function onPacket(packet) {
	const before = isInApp(state);
	const { secret } = state.login;
	sendAll(receive(state, packet, Date.now()));
	if (state.elsewhere)
		connection.stop();
	if (state.taken)
		settleName();
	alertUser();
	giveBack();
	if (packet.type === "welcome") {
		connection.loggedIn();
		composer.showProblem("");
		storeSession(state);
		twins.tell(state.lineage, state.secret, packet.time);
		welcomedAt = packet.time;
	}
	if (packet.type === "greeting")
		greetingTimer = setTimeout(leaveForm, FORM_LISTENS);
	if (packet.type === "welcome" || packet.type === "nick") {
		rememberNick(state.nick);
		storeLogin(state);
	}
	if (state.login.secret === "" && secret !== "")
		forgetLogin(secret);
	clearTimeout(helloTimer);
	if (state.phase !== "login")
		clearTimeout(greetingTimer);
	if (state.retryHello)
		helloTimer = setTimeout(() => connection.send(hello(state)), HELLO_RETRY);
	drawSoon();
	if (state.ended)
		showLogin(secret);
	else if (!before && isInApp(state))
		showApp();
	else if (before && !isInApp(state))
		login.open(state.wanted.nick);
}

// What the server has refused stays where it was typed, unless something else is being typed there.
function giveBack() {
	if (!state.returned)
		return;
	const { key, text, reason, failed } = state.returned;
	state.returned = null;
	const conversation = state.conversations.get(key);
	if (conversation === current(state) && composer.giveBack(conversation, text, reason))
		return;
	if (failed)
		append(state, conversation, failed);
	else
		notify(state, reason, Date.now(), key);
}

// After an absence, once for each conversation.
function alertUser() {
	if (state.catchUp)
		return;
	const lines = takeUnseen(state).filter((line) => isWorthAlert(settings, line));
	const last = new Map(lines.map((line) => [line.conversation.key, line]));
	if (last.size > 0 && settings.get("sound"))
		playSound();
	if (settings.get("notify"))
		last.forEach((line) => showNotification(line, showConversation));
}

function showConversation(key) {
	if (state.conversations.has(key))
		onClick({ do: "show", key });
}

function shownRoom() {
	const conversation = current(state);
	return conversation?.kind === "room" ? conversation.name : "";
}

// Draws everything, also what only a setting or a change of time zone can change.
function redraw() {
	log.redraw();
	drawSoon();
}

async function onClosed() {
	clearTimeout(helloTimer);
	disconnected(state, Date.now());
	state.refused = false;
	// Once the login form has its greeting, it needs no connection until it is submitted.
	if (state.phase === "login" && state.greeting)
		connection.stop();
	else if (!connection.everOpen && connection.status === "waiting") {
		state.refused = await serverAnswers(location.href);
		drawSoon();
	}
}

// Copies of this tab share its session.

function sessionOf(lineage, isTaking) {
	if (lineage !== state.lineage || state.phase !== "in" || state.elsewhere || (!state.online && connection.status === "closed"))
		return null;
	const { secret } = state;
	// Without a secret, the name has to be given up.
	if (isTaking && secret === "")
		yieldSession();
	return secret;
}

function onTaken(lineage, secret, time) {
	if (lineage !== state.lineage || state.phase !== "in" || (state.online && time < welcomedAt))
		return;
	state.secret = secret;
	yieldSession();
	storeSession(state);
}

function yieldSession() {
	connection.stop();
	goneElsewhere(state, Date.now());
	clearTimeout(helloTimer);
	draw();
}

async function continueHere() {
	const secret = await twins.ask(state.lineage, true);
	if (secret !== null)
		state.secret = secret;
	// The server may not know yet that the other tab has given up the name.
	if (secret === "")
		state.ghostSince = Date.now();
	state.elsewhere = false;
	connection.start();
	draw();
	composer.focus();
}

/** The session may have gone on in a copy of this tab, or have ended, with the name being another person's now. */
async function settleName() {
	const { taken } = state;
	const secret = await twins.ask(state.lineage);
	if (state.taken !== taken)
		return;
	if (secret !== null) {
		state.secret = secret;
		return void yieldSession();
	}
	giveUpName(state);
	draw();
	login.open(state.wanted.nick);
}

// A form that nobody fills in is no reason to hold a connection, which the server would end with an error.
function leaveForm() {
	if (state.phase === "login")
		connection.stop();
}

// The tab is in view again: updates how many people the form says are there.
function greetAgain() {
	if (!document.hidden && state.phase === "login")
		connection.start();
}

function showApp() {
	withDialogs(drawSoon);
	draw();
	composer.focus();
}

function showSearch() {
	withDialogs(({ search }) => search.show());
}

async function withDialogs(run) {
	loadingDialogs ??= loadDialogs();
	await loadingDialogs;
	run(dialogs);
}

async function loadDialogs() {
	document.head.append(byId("modules-later").content);
	const { createDialogs } = await import("./dialogs.js");
	dialogs = createDialogs(state, {
		act, goTo: onClick, lineMenu, lineOf: (row) => log.lineOf(row),
		search: { search: (text, where) => sendSoon(startSearch(state, text, where)), more: () => sendSoon(moreHits(state)), open: enter, openDirect: showDirect },
		card: {
			act: onClick,
			mention: (nick) => composer.mention(nick),
			ask: (nick) => state.online && connection.send(askForProfile(state, nick)),
		},
	});
}

function showLogin(secret) {
	state.ended = false;
	connection.stop();
	dropSession(secret);
	connection.start();
	draw();
	login.open(state.wanted.nick);
}

function roomNames() {
	const rooms = [...ofKind(state, "room"), ...state.serverRooms];
	return [...new Map(rooms.map(({ name }) => [fold(name), name])).values()];
}

// Draws once for a burst of packets. By a timer, since there are no animation frames in a hidden tab.
function drawSoon() {
	drawing ??= setTimeout(draw, 15);
}

function draw() {
	clearTimeout(drawing);
	// While waiting for the next attempt, the page shows a countdown.
	drawing = connection.status === "waiting" ? setTimeout(draw, 250) : null;
	const conversation = current(state);
	drawPage(state, conversation, connection);
	login.draw(state);
	if (!isInApp(state))
		return;
	sendAll([...askForProfiles(state, Date.now()), ...askForHistory(state)]);
	sendAll(readPackets(state, Date.now()));
	drawSidebar();
	drawPeople(state, conversation);
	composer.draw(conversation, state.limits.message);
	drawElsewhere(state);
	drawTopic(conversation);
	drawAnswer(state);
	if (log.draw(state, conversation))
		drawSoon();
	drawAside(state);
	drawToast(state);
	dialogs?.draw();
	storeSession(state);
	recordShown(conversation, (key) => state.conversations.has(key));
}

function step(by, isWanted = () => true) {
	const all = inOrder(state);
	const at = all.indexOf(current(state));
	for (let steps = 1; steps < all.length; steps++) {
		const next = all[(at + by * steps + all.length * steps) % all.length];
		if (isWanted(next))
			return onClick({ do: "show", key: next.key });
	}
}

function logOut() {
	confirm({ title: t("logOutTitle"), text: t(state.account.isMine ? "logOutTextAccount" : "logOutText"), yes: t("logOut") }, () => onClick({ do: "quit" }));
}

function goTo(forNew = false) {
	sendAll(perform(state, { do: "listRooms" }, Date.now()).packets);
	withDialogs(({ switcher }) => switcher.open(state, forNew));
}

watchKeys({
	isInApp: () => isInApp(state), goTo: () => goTo(), showKeys: () => settingsDialog.openKeys(), search: showSearch, closeSearch: () => dialogs?.search.close(), focus: () => composer.focus(),
	step, stepUnread: (by) => step(by, ({ unread }) => unread > 0), nextMention: () => step(1, ({ mentions }) => mentions > 0),
});
// The sound may have been switched on at an earlier visit; browsers allow it after the first click.
document.addEventListener("click", () => settings.get("sound") && prepareSound(), { once: true });
watchHistory({ show: showConversation, join: (room, id) => isInApp(state) && enter(room, id) });
addEventListener("beforeunload", (event) => messagePackets(state).length > 0 && event.preventDefault());
byId("open-search").addEventListener("click", showSearch);
byId("retry").addEventListener("click", () => connection.reconnectNow());

watchPage(state, connection, twins, { draw, redraw });
document.addEventListener("visibilitychange", greetAgain);
startWorker(showConversation);

// Profiles become outdated, and an idle page draws nothing that would request them.
setInterval(() => isInApp(state) && sendAll(askForProfiles(state, Date.now())), PROFILES_EVERY);
// What was read within the last second, or is at the end since the user has scrolled there.
setInterval(() => isInApp(state) && sendAll(readPackets(state, Date.now())), READ_EVERY);

state.drafts = rememberedDrafts();
const addressed = wantedByAddress();
const isRestored = restoreSession(state, addressed.room);
if (addressed.id > 0)
	openMessage(state, addressed.room, addressed.id);
const { dataset } = document.documentElement;
delete dataset.resuming;
if (isRestored) {
	showApp();
	if (state.elsewhere && await twins.ask(state.lineage) === null)
		state.elsewhere = false;
	if (!state.elsewhere)
		connection.start();
	draw();
} else {
	const stayed = rememberedLogin();
	state.wanted = { nick: stayed?.nick ?? rememberedNick(), room: addressed.room };
	if (stayed) {
		startStayed(state, stayed, addressed.room);
		openSession();
	} else {
		connection.start();
	}
	draw();
	login.open(state.wanted.nick);
	if (dataset.submitted !== undefined)
		logIn(byId("nick").value.trim(), {});
}
