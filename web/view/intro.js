// What stands above the first message: which conversation this is, its topic, and what can be done
// where nobody else is yet.

import { t, tParts } from "../i18n/translate.js";
import { roomAddress } from "../lib/room_address.js";
import { copyText } from "./clipboard.js";
import { byId, element } from "./dom.js";
import { nickButton } from "./nick.js";
import { linked } from "./rich_text.js";

const box = byId("intro");
let drawn = "";

export function drawIntro(conversation) {
	const { key, kind, name, topic, topicBy, users, complete, joined, loaded } = conversation;
	const alone = kind === "room" && joined && users < 2;
	const isFirst = loaded ? loaded.begins : complete;
	const wanted = JSON.stringify([key, name, topic, topicBy, alone, isFirst]);
	if (wanted === drawn)
		return;
	drawn = wanted;
	box.hidden = !isFirst;
	box.replaceChildren(
		element("h2", { className: kind }, element("bdi", { textContent: name })),
		...(kind === "room" ? roomIntro(conversation, alone) : [element("p", { textContent: t(loaded ? "dmIntroStored" : "dmIntro", { name }) })]));
}

function roomIntro({ name, topic, topicBy }, alone) {
	const text = element("bdi", {}, ...linked(topic));
	const set = topicBy ? tParts("topicSetBy", { topic: text, nick: nickButton(topicBy) }) : tParts("topicIs", { topic: text });
	return [
		...(topic ? [element("p", {}, ...set)] : []),
		element("p", { textContent: t("historyBegins", { name }) }),
		...(alone ? inviteTo(name) : []),
		element("p", { className: "keys-hint", textContent: t("roomHints") }),
	];
}

function inviteTo(name) {
	const address = `${location.origin}${location.pathname}${roomAddress(name)}`;
	const field = element("input", { "type": "text", "readOnly": true, "value": address, "aria-label": t("roomLink") });
	const copy = element("button", { type: "button", className: "inline-button", textContent: t("copy") });
	field.addEventListener("focus", () => field.select());
	copy.addEventListener("click", async () => {
		copy.textContent = t(await copyText(address) ? "copied" : "notCopied");
	});
	return [element("p", { textContent: t("nobodyElse") }), element("p", { className: "invite" }, field, copy)];
}
