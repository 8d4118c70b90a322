// Puts the page together: packets and acts change the state, the state is drawn.
// The only module that knows both the connection and the view.

import { enter, perform } from "./acts.js";
import { commandNames, parse } from "./commands.js";
import { Connection, socketAddress } from "./connection.js";
import { rememberNick, rememberedNick } from "./memory.js";
import { saidPackets } from "./outbox.js";
import { hello, lost, receive } from "./packets.js";
import { createState, current, inOrder, nicksByUse, ofKind, watch } from "./state.js";
import { createChooser } from "./view/chooser.js";
import { Composer } from "./view/composer.js";
import { createDoor } from "./view/door.js";
import { Log } from "./view/log.js";
import { drawPage } from "./view/page.js";
import { createPanes } from "./view/panes.js";
import { createPeople } from "./view/people.js";
import { createSide } from "./view/side.js";
import { part } from "./view/dom.js";

const HELLO_AGAIN = 3000;
const ROOM = "room/"; // in the page's address
let helloTimer = null;

const state = createState();
const connection = new Connection(socketAddress(location.href), {
	opened: () => connection.send(hello(state)),
	packet: received,
	closed,
	changed: drawSoon,
});
const composer = new Composer({
	send: (text) => act(parse(text)),
	known: () => ({ nicks: nicksByUse(state), rooms: roomNames(), commands: commandNames }),
	page: (direction) => log.page(direction),
});
const log = new Log((text) => composer.edit(text));
const side = createSide(clicked);
const people = createPeople(clicked);
const chooser = createChooser((room) => clicked({ do: "join", room }));
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
		return chooser.open();
	panes.fold();
	composer.tell(refused);
	// On a touch screen, focus would throw up the keyboard unasked.
	if (state.phase === "in" && !matchMedia("(pointer: coarse)").matches)
		composer.focus();
}

function enterAs(nick) {
	if (state.phase === "entering" && connection.status === "open")
		return; // The server is thinking about it.
	if (nick === "")
		state.problem = "Please enter a name.";
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
	const before = state.phase;
	sendAll(receive(state, packet, Date.now()));
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
	if (before !== "in" && state.phase === "in")
		comeIn();
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

// A burst of packets is drawn once. A timer, since frames stop while the tab is hidden.
function drawSoon() {
	drawing ??= setTimeout(draw, 15);
}

function draw() {
	clearTimeout(drawing);
	drawing = null;
	const conversation = current(state);
	drawPage(state, conversation, connection);
	door.draw(state);
	if (!conversation || state.phase !== "in")
		return;
	side(state);
	people(state, conversation);
	composer.draw(conversation);
	log.draw(state, conversation);
	chooser.draw(state);
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
	return target.matches?.("input, textarea") || part("chooser").open;
}

document.addEventListener("keydown", (event) => {
	if (state.phase !== "in")
		return;
	if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
		event.preventDefault();
		stepConversation(event.key === "ArrowUp" ? -1 : 1);
	} else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
		composer.focus();
	}
});
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
	if (state.phase === "in" && room !== "")
		clicked({ do: "join", room });
});
addEventListener("online", () => connection.hurry());
addEventListener("beforeunload", (event) => saidPackets(state).length > 0 && event.preventDefault());
part("retry").addEventListener("click", () => connection.hurry());

state.wanted = { nick: rememberedNick(), room: roomInAddress() };
draw();
door.open(state.wanted.nick);
