// Puts the page together: packets and acts change the state, the state is drawn.
// The only module that knows both the connection and the view.

import { enter, perform } from "./model/actions.js";
import { commandNames, parse } from "./model/commands.js";
import { notifyOf, prepareSound, ring } from "./view/alerts.js";
import { Connection, socketAddress } from "./net/connection.js";
import { rememberNick, rememberedNick } from "./lib/storage.js";
import { saidPackets } from "./model/outbox.js";
import { hello, lost, receive } from "./model/packets.js";
import { createSettings } from "./model/settings.js";
import { createState, current, inOrder, isInside, nicksByUse, ofKind, takeCalls, watch } from "./model/state.js";
import { Composer } from "./view/composer.js";
import { createDoor } from "./view/login.js";
import { createGo } from "./view/switcher.js";
import { Log } from "./view/message_log.js";
import { drawPage } from "./view/page.js";
import { createPanes } from "./view/panes.js";
import { createPeople } from "./view/people.js";
import { createSettingsDialog } from "./view/settings_dialog.js";
import { createSide } from "./view/sidebar.js";
import { part } from "./view/dom.js";
import { speakTheReadersLanguage } from "./view/translate_page.js";
import { say } from "./i18n/translate.js";

const HELLO_AGAIN = 3000;
const ROOM = "room/"; // in the page's address
let helloTimer = null;

speakTheReadersLanguage();

const state = createState();
const settings = createSettings();
const connection = new Connection(socketAddress(location.href), {
	opened: () => connection.send(hello(state)),
	packet: received,
	closed,
	changed: drawSoon,
});
const composer = new Composer({
	send: (text) => act(parse(text)),
	known: () => ({ nicks: nicksByUse(state), rooms: roomNames(), commands: commandNames, help: state.help }),
	page: (direction) => log.page(direction),
});
const log = new Log({ edit: (text) => composer.edit(text), retry: (seq) => composer.tell(act({ do: "retry", seq })) });
const side = createSide(clicked);
const people = createPeople(clicked);
const go = createGo(clicked);
const settingsDialog = createSettingsDialog(settings);
const door = createDoor(enterAs);
const panes = createPanes();

/** Does what was typed; gives a sentence if it could not be done. */
function act(wish) {
	const before = state.current;
	const { packets, refused } = perform(state, wish, Date.now());
	sendAll(packets);
	if (wish.do === "quit")
		leaveHouse();
	if (state.current !== before)
		draw();
	drawSoon();
	return refused;
}

function sendAll(packets) {
	for (const packet of packets)
		connection.send(packet);
}

function clicked(wish) {
	const refused = act(wish);
	if (wish.do === "browse")
		return go.open();
	panes.fold();
	composer.tell(refused);
	// On a touch screen, focus would throw up the keyboard unasked.
	if (isInside(state) && !matchMedia("(pointer: coarse)").matches)
		composer.focus();
}

function enterAs(nick) {
	if (state.phase === "entering" && connection.status === "open")
		return; // The server is thinking about it.
	if (nick === "")
		state.problem = say("enterName");
	else
		knock(nick);
	drawSoon();
}

function knock(nick) {
	enter(state, nick, state.wanted.room);
	if (connection.status === "open")
		connection.send(hello(state));
	else
		connection.start();
}

function received(packet) {
	const before = isInside(state);
	sendAll(receive(state, packet, Date.now()));
	takeCalls(state).forEach(call);
	if (packet.type === "welcome") {
		connection.settle();
		composer.tell("");
	}
	if (packet.type === "welcome" || packet.type === "nick")
		rememberNick(state.nick);
	clearTimeout(helloTimer);
	if (state.helloAgain)
		helloTimer = setTimeout(() => connection.send(hello(state)), HELLO_AGAIN);
	drawSoon();
	if (!before && isInside(state))
		comeIn();
}

function call(line) {
	if (settings.get("sound"))
		ring();
	if (settings.get("notify"))
		notifyOf(line, (key) => clicked({ do: "show", key }));
}

function closed() {
	clearTimeout(helloTimer);
	lost(state, Date.now());
	// Nobody waits for a connection while they think about a name.
	if (state.phase === "asking")
		connection.stop();
}

function comeIn() {
	draw();
	composer.focus();
}

function leaveHouse() {
	connection.stop();
	draw();
	door.open(state.wanted.nick);
}

function roomNames() {
	return [...new Set([...ofKind(state, "room"), ...state.houseRooms].map(({ name }) => name))];
}

let drawing = null;
let counting = null;

// A burst of packets is drawn once. A timer, since frames stop while the tab is hidden.
function drawSoon() {
	drawing ??= setTimeout(draw, 15);
}

function draw() {
	clearTimeout(drawing);
	// The seconds until the next try are counted down.
	drawing = connection.status === "waiting" ? setTimeout(draw, 250) : null;
	const conversation = current(state);
	drawPage(state, conversation, connection);
	door.draw(state);
	if (!isInside(state))
		return;
	side(state);
	people(state, conversation);
	composer.draw(conversation, state.limits.message);
	if (log.draw(state, conversation))
		drawSoon();
	go.draw(state);
	if (conversation.kind === "room" && conversation.name !== roomInAddress())
		history.replaceState(null, "", `#${ROOM}${encodeURIComponent(conversation.name)}`);
}

// An address can name the room to enter: .../#room/tea
function roomInAddress() {
	const place = location.hash.slice(1);
	try {
		return place.startsWith(ROOM) ? decodeURIComponent(place.slice(ROOM.length)) : "";
	} catch {
		return "";
	}
}

function stepConversation(step) {
	const all = inOrder(state);
	const at = all.indexOf(current(state));
	clicked({ do: "show", key: all[(at + step + all.length) % all.length].key });
}

function isTyping({ target }) {
	return target.matches?.("input, textarea") || document.querySelector("dialog[open]") !== null;
}

// With Ctrl, or with the key that stands for it on a Mac.
const CONTROLLED = { k: () => clicked({ do: "browse" }), "/": () => settingsDialog.open() };

document.addEventListener("keydown", (event) => {
	if (!isInside(state))
		return;
	if ((event.ctrlKey || event.metaKey) && !event.altKey && Object.hasOwn(CONTROLLED, event.key)) {
		event.preventDefault();
		CONTROLLED[event.key]();
	} else if (event.key === "Escape" && document.querySelector("dialog[open], .pane.open") === null) {
		composer.focus();
	} else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
		event.preventDefault();
		stepConversation(event.key === "ArrowUp" ? -1 : 1);
	} else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
		composer.focus();
	}
});
// A sound that was asked for on an earlier visit may begin with the first click of this one.
document.addEventListener("click", () => settings.get("sound") && prepareSound(), { once: true });
document.addEventListener("visibilitychange", () => {
	watch(state, !document.hidden);
	draw();
	if (!document.hidden) {
		connection.hurry();
		connection.check();
	}
});
addEventListener("hashchange", () => {
	const room = roomInAddress();
	if (isInside(state) && room !== "")
		clicked({ do: "join", room });
});
addEventListener("online", () => connection.hurry());
addEventListener("beforeunload", (event) => saidPackets(state).length > 0 && event.preventDefault());
part("retry").addEventListener("click", () => connection.hurry());

state.wanted = { nick: rememberedNick(), room: roomInAddress() };
draw();
door.open(state.wanted.nick);
