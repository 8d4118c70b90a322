// Every sentence of the page, in each language it speaks, and the choice among them. What the
// server says (its help, some of its refusals) comes as it is. Knows no element.

const ENGLISH = {
	// The door
	pickName: "Pick a name and come in.",
	pickNameFor: "Pick a name and come in to {room}.",
	yourName: "Your name",
	join: "Join",
	joining: "Joining …",
	enterName: "Please enter a name.",
	nickTaken: "“{nick}” is taken just now.",
	nickAlike: "“{nick}” looks too much like a name that is taken.",
	nickInvalid: "“{nick}” cannot be a name: 1 to 32 characters, no spaces and none of # @ : , * ! / \" < >",
	take: "Take “{nick}”",

	// The connection
	connectedTo: "Connected to {server} as {nick}.",
	connecting: "Connecting …",
	comingBack: "Coming back in …",
	takingBack: "Connected again. Waiting until the server takes {nick} back in.",
	lost: "The connection is lost.",
	unreachable: "The server cannot be reached.",
	againIn: "Connecting again in {seconds} s.",
	now: "Now",
	back: "Back after {span}. What was said here meanwhile is missing.",
	unanswered: "“{typed}” was not answered: the connection was lost.",
	refusedBecause: "Not let in: {reason} Trying again soon.",
	days: "{n} d",
	hours: "{n} h",
	minutes: "{n} min",
	seconds: "{n} s",
	offline: "There is no connection just now: “{typed}” can be sent when there is.",

	// The sides and the head
	sides: "Rooms and direct messages",
	rooms: "Rooms",
	roomsUnread: { one: "Rooms, {count} unread", other: "Rooms, {count} unread" },
	talks: "Direct messages",
	goTo: "Go to …",
	logOut: "Log out",
	settings: "Settings and keys",
	leaveRoom: "Leave {name}",
	closeTalk: "Close the talk with {name}",
	unread: { one: "{name}, {count} unread", other: "{name}, {count} unread" },
	people: "People",
	peopleCount: "People ({count})",
	inTalk: "In this talk",
	you: "(you)",
	writeTo: "Write to {nick}",
	more: "and {count} more",
	showMore: "Show more",

	// The messages
	messages: "Messages",
	messagesOf: "Messages of {name}",
	newMessages: { one: "{count} new", other: "{count} new" },
	unreadFrom: "new",
	entered: "{nick} has entered the room.",
	left: "{nick} has left the room.",
	enteredAll: { one: "{names} entered", other: "{names} entered" },
	leftAll: { one: "{names} left", other: "{names} left" },
	enteredCount: { one: "{count} entered", other: "{count} entered" },
	leftCount: { one: "{count} left", other: "{count} left" },
	two: "{a} and {b}",
	others: { one: "{names} and {count} other", other: "{names} and {count} others" },
	renamed: "{nick} is now known as {new}.",
	topicSet: "{nick} set the topic: {topic}",
	topicGone: "{nick} took the topic away.",
	topicIs: "The topic: {topic}",
	topicNone: "There is no topic.",
	topicOf: "The topic of {room}: {topic}",
	topicOfNone: "{room} has no topic.",
	roomsAre: "The rooms:",
	loggedIn: "The following are logged in:",
	inRoom: "In {room}: {names}",
	inRooms: "in {rooms}",
	idleFor: "idle for {span}",
	waiting: "waiting",
	notSent: "Not sent: {reason}",
	perhaps: "the connection was lost before the server answered, so it may have been heard.",
	retry: "Try again",
	edit: "Edit",
	copy: "Copy",

	// Writing
	messageTo: "Message to {name}",
	message: "Message",
	send: "Send",
	suggestions: "Suggestions",
	onlyTwo: "Here are only you and {name}.",
	topicsInRooms: "Only rooms have a topic.",
	tooLong: { one: "That is {count} byte too long: the server takes {most} at a time.", other: "That is {count} bytes too long: the server takes {most} at a time." },
	tooManyLines: "Those are {count} lines: the server takes {most} at a time.",
	counter: "{bytes} of {most}",

	// Going somewhere
	goField: "A room, a person, or a new room’s name",
	roomsHere: "Rooms, talks and people",
	roomPeople: { one: "{count} person", other: "{count} people" },
	youToo: "you too",
	personHere: "here",
	close: "Close",

	// Settings and keys
	showMoves: "Show who comes and goes",
	sound: "A sound when somebody names you or writes to you",
	notify: "A notification for that, too",
	notifyRefused: "The browser does not allow notifications for this page.",
	keys: "Keys",
	keyEnter: "send; with Shift, a new line",
	keyTab: "complete a name, a room or a command",
	keyUp: "on an empty line: what was sent before",
	keyGo: "go to a room or a person",
	keyStep: "the conversation above or below",
	keyPage: "scroll the messages",
	keyEscape: "back to the line one types in",
	keySettings: "settings and keys",
};

const GERMAN = {
	pickName: "Namen wählen und hereinkommen.",
	pickNameFor: "Namen wählen und in {room} hereinkommen.",
	yourName: "Dein Name",
	join: "Eintreten",
	joining: "Trete ein …",
	enterName: "Bitte einen Namen eingeben.",
	nickTaken: "„{nick}“ ist gerade vergeben.",
	nickAlike: "„{nick}“ sieht einem Namen zu ähnlich, der vergeben ist.",
	nickInvalid: "„{nick}“ geht nicht als Name: 1 bis 32 Zeichen, ohne Leerzeichen und ohne # @ : , * ! / \" < >",
	take: "„{nick}“ nehmen",

	connectedTo: "Verbunden mit {server} als {nick}.",
	connecting: "Verbinde …",
	comingBack: "Komme wieder herein …",
	takingBack: "Wieder verbunden. Warte, bis der Server {nick} wieder hereinlässt.",
	lost: "Die Verbindung ist abgerissen.",
	unreachable: "Der Server ist nicht erreichbar.",
	againIn: "Neuer Versuch in {seconds} s.",
	now: "Jetzt",
	back: "Zurück nach {span}. Was hier inzwischen gesagt wurde, fehlt.",
	unanswered: "Auf „{typed}“ kam keine Antwort: die Verbindung ist abgerissen.",
	refusedBecause: "Nicht eingelassen: {reason} Gleich der nächste Versuch.",
	days: "{n} T.",
	hours: "{n} Std.",
	minutes: "{n} Min.",
	seconds: "{n} s",
	offline: "Gerade besteht keine Verbindung: „{typed}“ lässt sich senden, sobald es wieder eine gibt.",

	sides: "Räume und direkte Nachrichten",
	rooms: "Räume",
	roomsUnread: { one: "Räume, {count} ungelesen", other: "Räume, {count} ungelesen" },
	talks: "Direkte Nachrichten",
	goTo: "Gehe zu …",
	logOut: "Abmelden",
	settings: "Einstellungen und Tasten",
	leaveRoom: "{name} verlassen",
	closeTalk: "Gespräch mit {name} schließen",
	unread: { one: "{name}, {count} ungelesen", other: "{name}, {count} ungelesen" },
	people: "Leute",
	peopleCount: "Leute ({count})",
	inTalk: "In diesem Gespräch",
	you: "(du)",
	writeTo: "{nick} schreiben",
	more: "und {count} weitere",
	showMore: "Mehr zeigen",

	messages: "Nachrichten",
	messagesOf: "Nachrichten von {name}",
	newMessages: { one: "{count} neue", other: "{count} neue" },
	unreadFrom: "neu",
	entered: "{nick} ist hereingekommen.",
	left: "{nick} ist gegangen.",
	enteredAll: { one: "{names} ist hereingekommen", other: "{names} sind hereingekommen" },
	leftAll: { one: "{names} ist gegangen", other: "{names} sind gegangen" },
	enteredCount: { one: "{count} ist hereingekommen", other: "{count} sind hereingekommen" },
	leftCount: { one: "{count} ist gegangen", other: "{count} sind gegangen" },
	two: "{a} und {b}",
	others: { one: "{names} und {count} anderer", other: "{names} und {count} andere" },
	renamed: "{nick} heißt jetzt {new}.",
	topicSet: "{nick} hat das Thema gesetzt: {topic}",
	topicGone: "{nick} hat das Thema entfernt.",
	topicIs: "Das Thema: {topic}",
	topicNone: "Es gibt kein Thema.",
	topicOf: "Das Thema von {room}: {topic}",
	topicOfNone: "{room} hat kein Thema.",
	roomsAre: "Die Räume:",
	loggedIn: "Angemeldet sind:",
	inRoom: "In {room}: {names}",
	inRooms: "in {rooms}",
	idleFor: "still seit {span}",
	waiting: "wartet",
	notSent: "Nicht gesendet: {reason}",
	perhaps: "die Verbindung riss ab, bevor der Server antwortete; vielleicht wurde es gehört.",
	retry: "Noch einmal",
	edit: "Ändern",
	copy: "Kopieren",

	messageTo: "Nachricht an {name}",
	message: "Nachricht",
	send: "Senden",
	suggestions: "Vorschläge",
	onlyTwo: "Hier seid nur du und {name}.",
	topicsInRooms: "Nur Räume haben ein Thema.",
	tooLong: { one: "Das ist um {count} Byte zu lang: der Server nimmt {most} auf einmal.", other: "Das ist um {count} Bytes zu lang: der Server nimmt {most} auf einmal." },
	tooManyLines: "Das sind {count} Zeilen: der Server nimmt {most} auf einmal.",
	counter: "{bytes} von {most}",

	goField: "Ein Raum, eine Person oder der Name eines neuen Raums",
	roomsHere: "Räume, Gespräche und Leute",
	roomPeople: { one: "{count} Person", other: "{count} Leute" },
	youToo: "auch du",
	personHere: "hier",
	close: "Schließen",

	showMoves: "Zeigen, wer kommt und geht",
	sound: "Ein Ton, wenn jemand dich nennt oder dir schreibt",
	notify: "Auch eine Benachrichtigung dafür",
	notifyRefused: "Der Browser erlaubt dieser Seite keine Benachrichtigungen.",
	keys: "Tasten",
	keyEnter: "senden; mit Umschalt eine neue Zeile",
	keyTab: "Namen, Raum oder Befehl ergänzen",
	keyUp: "auf leerer Zeile: das zuvor Gesendete",
	keyGo: "zu einem Raum oder einer Person gehen",
	keyStep: "das Gespräch darüber oder darunter",
	keyPage: "in den Nachrichten blättern",
	keyEscape: "zurück in die Zeile, in der man schreibt",
	keySettings: "Einstellungen und Tasten",
};

const NAMES_SHOWN = 3;

export const LANGUAGES = { en: ENGLISH, de: GERMAN };

/** The first of the browser's languages that the page speaks. */
export function chooseLanguage(wanted) {
	const known = wanted.map((name) => name.slice(0, 2).toLowerCase()).find((name) => Object.hasOwn(LANGUAGES, name));
	return known ?? "en";
}

export const language = chooseLanguage(globalThis.document ? navigator.languages : []);

const plurals = new Intl.PluralRules(language);

/** The sentence as it is written, for `count` of what it counts. */
export function pattern(key, count = 1) {
	const sentence = LANGUAGES[language][key];
	if (sentence === undefined)
		throw new Error(`There are no words for ${key}`);
	return typeof sentence === "string" ? sentence : sentence[plurals.select(count)] ?? sentence.other;
}

/** The sentence with its values: {name} becomes values.name. */
export function say(key, values = {}) {
	return pattern(key, values.count).replace(/\{(\w+)\}/gu, (_, name) => values[name]);
}

/** The same in pieces, where a value may be anything, such as an element. */
export function compose(key, values) {
	return pattern(key, values.count).split(/\{(\w+)\}/u)
		.map((piece, i) => i % 2 ? values[piece] : piece)
		.flat().filter((piece) => piece !== "");
}

/** Names in words: `ann`, `ann and bob`, `ann, bob and cat`, `ann, bob and 3 others`. */
export function nameList(names) {
	const listed = (some) => some.flatMap((name, i) => i ? [", ", name] : [name]);
	if (names.length > NAMES_SHOWN)
		return compose("others", { names: listed(names.slice(0, NAMES_SHOWN - 1)), count: names.length - NAMES_SHOWN + 1 });
	return names.length < 2 ? names : compose("two", { a: listed(names.slice(0, -1)), b: names.at(-1) });
}
