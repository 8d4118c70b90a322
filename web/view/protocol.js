// How a person is connected, as an icon with words.

import { t } from "../i18n/translate.js";
import { element, icon } from "./dom.js";

const KINDS = { web: ["web", "viaWeb"], json: ["terminal", "viaTerminal"], telnet: ["telnet", "viaTelnet"] };

/** protocol: as the server names it; of a person with several sessions, separated by commas. */
export function protocolText(protocol) {
	return protocol.split(", ").map((one) => t((KINDS[one] ?? ["", "viaProgram"])[1])).join(", ");
}

/** The icon is that of the first. */
export function protocolElement(protocol) {
	const [first] = protocol.split(", ");
	const made = element("span", { className: "protocol", title: protocolText(protocol) }, icon((KINDS[first] ?? ["telnet"])[0]));
	made.append(element("span", { className: "visually-hidden", textContent: `, ${made.title}` }));
	return made;
}
