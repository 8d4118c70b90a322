// How a person is connected, as an icon with words.

import { t } from "../i18n/translate.js";
import { element, icon } from "./dom.js";

const KINDS = { web: ["web", "viaWeb"], json: ["terminal", "viaTerminal"], telnet: ["telnet", "viaTelnet"] };

export function protocolText(protocol) {
	return t((KINDS[protocol] ?? ["", "viaProgram"])[1]);
}

export function protocolElement(protocol) {
	const made = element("span", { className: "protocol", title: protocolText(protocol) }, icon((KINDS[protocol] ?? ["telnet"])[0]));
	made.append(element("span", { className: "visually-hidden", textContent: `, ${made.title}` }));
	return made;
}
