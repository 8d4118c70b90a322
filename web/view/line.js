// Turns one line of a conversation into an element. Knows the kinds of lines and how each
// reads; not where it will stand.

import { pieces } from "../links.js";
import { dayOf, hourOf, momentOf } from "../times.js";
import { element } from "./dom.js";
import { nickElement } from "./nick.js";

// What stands in the text column. A "who" column of its own is only for what is said.
const BODIES = {
	chat: (line) => linked(line.text),
	emote: (line) => ["[", nickElement(line.nick), " ", ...linked(line.text), "]"],
	direct: (line) => [nickElement(line.nick), " -> ", nickElement(line.to), ": ", ...linked(line.text)],
	notice: (line) => [line.text.includes("\n") ? line.text : `*** ${line.text}`],
	entered: (line) => [nickElement(line.nick), " has entered the room."],
	left: (line) => [nickElement(line.nick), " has left the room."],
	presence: (line) => [presenceOf(line)],
	renamed: (line) => [nickElement(line.nick), " is now known as ", nickElement(line.to), "."],
	topic: topicBody,
	failed: failedBody,
};

/** same: the line goes on where the same person's last one ended, and need not name them again. */
export function lineElement(line, same = false) {
	const made = element("div", { className: classOf(line, same) }, timeElement(line.time));
	if (line.kind === "chat")
		made.append(element("span", { className: "who" }, nickElement(line.nick, "nick"), element("span", { className: "unseen", textContent: ": " })));
	made.append(element("div", { className: "text", dir: "auto" }, ...BODIES[line.kind](line)));
	return made;
}

export function dayElement(time) {
	return element("div", { className: "divider day" }, element("span", { textContent: dayOf(time) }));
}

export function newElement() {
	return element("div", { className: "divider new" }, element("span", { textContent: "new" }));
}

function classOf({ kind, own, mention, aside, waiting, text }, same) {
	const classes = ["line", kind];
	if (own)
		classes.push("own");
	if (mention)
		classes.push("mention");
	if (aside)
		classes.push("aside");
	if (waiting)
		classes.push("waiting");
	if (same)
		classes.push("same");
	if (kind === "notice" && text.includes("\n"))
		classes.push("block");
	return classes.join(" ");
}

function timeElement(time) {
	return element("time", { className: "time", dateTime: new Date(time).toISOString(), title: momentOf(time), textContent: hourOf(time) });
}

function linked(text) {
	return pieces(text).map(({ text: piece, href }) =>
		href ? element("a", { href, target: "_blank", rel: "noopener noreferrer", textContent: piece }) : piece);
}

function presenceOf({ joined, left }) {
	const came = joined > 0 && `${joined} entered`;
	const went = left > 0 && `${left} left`;
	return `${[came, went].filter(Boolean).join(", ")}.`;
}

function topicBody({ nick, text }) {
	if (!text)
		return nick ? [nickElement(nick), " cleared the topic."] : ["There is no topic."];
	const topic = element("bdi", {}, ...linked(text));
	return nick ? [nickElement(nick), " set the topic: ", topic] : ["The topic: ", topic];
}

function failedBody({ text, reason }) {
	return [
		element("span", { className: "lost-text", textContent: text }),
		element("span", { className: "reason" }, `Not sent: ${reason} `,
			element("button", { type: "button", className: "edit", textContent: "Edit" })),
	];
}
