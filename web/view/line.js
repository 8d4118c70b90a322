// Turns one line of a conversation into an element. Knows the kinds of lines and how each
// reads; not where it will stand. Who and what come before the time, as they are to be read out;
// the style sheet puts the time in front.

import { pieces } from "../lib/links.js";
import { dayOf, hourOf, momentOf } from "../i18n/times.js";
import { compose, nameList, say } from "../i18n/translate.js";
import { element } from "./dom.js";
import { nickElement } from "./nick.js";

// What stands in the text column. A "who" column of its own is only for what is said.
const BODIES = {
	chat: (line) => linked(line.text),
	emote: (line) => ["[", nickElement(line.nick), " ", ...linked(line.text), "]"],
	direct: (line) => [nickElement(line.nick), " -> ", nickElement(line.to), ": ", ...linked(line.text)],
	notice: (line) => [line.text.includes("\n") ? line.text : `*** ${line.text}`],
	moved: movedBody,
	renamed: (line) => compose("renamed", { nick: nickElement(line.nick), new: nickElement(line.to) }),
	topic: topicBody,
	failed: failedBody,
};

/** same: the line goes on where the same person's last one ended, and need not name them again. */
export function lineElement(line, same = false) {
	const made = element("div", { "className": classOf(line, same) });
	// One knows what one has said oneself.
	if (line.own)
		made.setAttribute("aria-live", "off");
	if (line.kind === "chat")
		made.append(element("span", { className: "who" }, nickElement(line.nick, "nick"), element("span", { className: "unseen", textContent: ": " })));
	made.append(element("div", { className: "text", dir: "auto" }, ...BODIES[line.kind](line)), timeElement(line.time));
	if (line.waiting)
		made.querySelector(".text").append(element("span", { className: "state", textContent: ` (${say("waiting")})` }));
	return made;
}

/** Text whose addresses can be clicked. */
export function linked(text) {
	return pieces(text).map(({ text: piece, href }) =>
		href ? element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", textContent: piece }) : piece);
}

export function dayElement(time) {
	return element("div", { className: "divider day" }, element("span", { textContent: dayOf(time) }));
}

export function newElement() {
	return element("div", { className: "divider new" }, element("span", { textContent: say("unreadFrom") }));
}

/** When what stands in the element was said, in ms. */
export function timeOf(element) {
	return Date.parse(element.querySelector("time").dateTime);
}

function classOf({ kind, own, mention, aside, waiting, text }, same) {
	const block = kind === "notice" && text.includes("\n");
	const classes = { own, mention, aside, waiting, same, block };
	return ["line", kind, ...Object.keys(classes).filter((name) => classes[name])].join(" ");
}

function timeElement(time) {
	return element("time", { className: "time", dateTime: new Date(time).toISOString(), title: momentOf(time), textContent: hourOf(time) });
}

// `ann has entered the room.`, or of several `ann, bob and 3 others entered, cat left.`
function movedBody({ entered, left, joined, gone }) {
	const one = entered.length + left.length === 1 && joined + gone === 0;
	if (one)
		return compose(entered.length ? "entered" : "left", { nick: nickElement(entered[0] ?? left[0]) });
	const parts = [
		named("enteredAll", entered), named("leftAll", left),
		joined > 0 && [say("enteredCount", { count: joined })], gone > 0 && [say("leftCount", { count: gone })],
	].filter(Boolean);
	return [...parts.flatMap((part, i) => i ? [", ", ...part] : part), "."];
}

function named(key, nicks) {
	const names = nameList(nicks.map((nick) => nickElement(nick)));
	return nicks.length > 0 && compose(key, { names, count: nicks.length });
}

function topicBody({ nick, text }) {
	const topic = element("bdi", {}, ...linked(text));
	if (!text)
		return nick ? compose("topicGone", { nick: nickElement(nick) }) : [say("topicNone")];
	return nick ? compose("topicSet", { nick: nickElement(nick), topic }) : compose("topicIs", { topic });
}

function failedBody({ text, reason, seq }) {
	const button = (act) => element("button", { "type": "button", "className": "edit", "textContent": say(act), "data-act": act, "data-seq": String(seq) });
	return [
		element("span", { className: "lost-text", textContent: text }),
		element("span", { className: "reason" }, say("notSent", { reason }), " ", button("retry"), " ", button("edit"), " ", button("copy")),
	];
}
