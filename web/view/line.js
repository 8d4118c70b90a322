// Makes the element for one line of a conversation. Knows the kinds of lines, but not where the
// element is put. In the document the time comes last, as it is to be read out; the style sheet
// moves it beside the name or to the front.

import { formatDateTime, formatDay, formatTime } from "../i18n/times.js";
import { nameList, t, tParts } from "../i18n/translate.js";
import { element } from "./dom.js";
import { giveTile, nickButton, paint } from "./nick.js";
import { linked, richLine, richText } from "./rich_text.js";

// The content of the text column.
const BODIES = {
	chat: (line) => richText(line.text, line.called),
	emote: emoteBody,
	direct: (line) => richText(line.text),
	notice: (line) => [line.text],
	presence: presenceBody,
	renamed: (line) => tParts("renamed", { nick: nickButton(line.nick), new: nickButton(line.to) }),
	topic: topicBody,
	failed: failedBody,
};

/** same: the line follows one of the same sender, whose name need not be shown again. */
export function lineElement(given, same = false) {
	const line = asEmote(given);
	const made = element("div", { className: classOf(line, same) });
	// Screen readers need not read out what the user wrote, or what happened before; takeNews() announces who
	// joined and left.
	if (line.own || line.stored || line.past || line.kind === "presence")
		made.setAttribute("aria-live", "off");
	if (line.kind === "chat" || line.kind === "direct")
		made.append(senderElement(line));
	if (line.kind === "chat" || line.kind === "direct")
		giveTile(made, line.nick, line.colour);
	else if (line.kind === "emote")
		paint(made, line.nick, line.colour);
	made.append(element("div", { className: "text", dir: "auto" }, ...BODIES[line.kind](line)), timeElement(line.time));
	if (made.querySelector(".code-block"))
		made.querySelector(".text").classList.add("wide");
	if (line.pending)
		made.querySelector(".text").append(element("span", { className: "state", textContent: ` (${t("pending")})` }));
	return made;
}

// Direct messages know no emotes: they are sent as `[ann waves]`.
function asEmote(line) {
	const start = `[${line.nick} `;
	const isEmote = line.kind === "direct" && line.text.startsWith(start) && line.text.endsWith("]");
	return isEmote ? { ...line, kind: "emote", text: line.text.slice(start.length, -1) } : line;
}

function senderElement({ nick, to, elsewhere, was }) {
	const former = was === undefined ? [] : [element("span", { className: "former" }, " ", ...tParts("formerly", { nick: element("bdi", { textContent: was }) }))];
	const other = elsewhere ? [" → ", element("bdi", { textContent: to })] : [];
	return element("span", { className: "sender" }, nickButton(nick), ...former, ...other, element("span", { className: "visually-hidden", textContent: ": " }));
}

export function dayElement(time) {
	return element("div", { className: "divider day" }, element("span", { textContent: formatDay(time) }));
}

export function newElement() {
	return element("div", { className: "divider new" }, element("span", { textContent: t("unreadFrom") }));
}

/** Where messages are not loaded that came between the others. */
export function gapElement({ status, seq }) {
	const text = { loading: "gapLoading", more: "gapMore", failed: "historyFailed" }[status];
	const label = { more: "loadBetween", failed: "retry" }[status];
	return element("div", { "className": "gap edge", "aria-live": "off" },
		element("span", { className: status === "loading" ? "later" : "", textContent: t(text) }), ...(label ? [" ", loadButton("gap", t(label), seq)] : []));
}

/** A button in the messages that loads more of them: what is "older", "newer", or the "gap" with this seq. */
export function loadButton(what, label, seq = "") {
	return element("button", { "type": "button", "className": "inline-button", "textContent": label, "data-load": what, "data-seq": String(seq) });
}

/** The time of a line's element, in ms. */
export function timeOf(line) {
	return Date.parse(line.querySelector("time").dateTime);
}

function classOf({ kind, own, mention, pending, text }, same) {
	const block = kind === "notice" && text.includes("\n");
	const classes = { own, mention: mention && kind !== "direct", pending, same, block };
	return ["line", kind, ...Object.keys(classes).filter((name) => classes[name])].join(" ");
}

function timeElement(time) {
	return element("time", { className: "time", dateTime: new Date(time).toISOString(), title: formatDateTime(time), textContent: formatTime(time) });
}

function emoteBody({ nick, text, called }) {
	return ["* ", nickButton(nick), " ", ...richLine(text, called)];
}

function presenceBody({ own, ...line }) {
	return own ? [t("youJoined")] : presenceParts(line, (nick) => nickButton(nick));
}

/** `ann joined.`, or for several people `ann, bob and 3 others joined, cat left.` show(nick) makes a piece of a name. */
export function presenceParts({ entered, left, joined, gone }, show) {
	const named = (key, nicks) => nicks.length > 0 && tParts(key, { names: nameList(nicks.map(show)), count: nicks.length });
	const clauses = [
		named("enteredAll", entered), named("leftAll", left),
		joined > 0 && [t("enteredCount", { count: joined })], gone > 0 && [t("leftCount", { count: gone })],
	].filter(Boolean);
	return clauses.length === 0 ? [] : [...clauses.flatMap((clause, i) => i ? [", ", ...clause] : clause), "."];
}

function topicBody({ nick, text }) {
	const topic = element("bdi", {}, ...linked(text));
	if (!text)
		return nick ? tParts("topicGone", { nick: nickButton(nick) }) : [t("topicNone")];
	return nick ? tParts("topicSet", { nick: nickButton(nick), topic }) : tParts("topicIs", { topic });
}

function failedBody({ text, reason, seq }) {
	const button = (action) => element("button", { "type": "button", "className": "inline-button", "textContent": t(action), "data-action": action, "data-seq": String(seq) });
	return [
		element("span", { className: "failed-text", textContent: text }),
		element("span", { className: "reason" }, reason, " ", button("retry"), " ", button("edit"), " ", button("copy")),
	];
}
