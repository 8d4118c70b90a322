// The sentence for a refusal or a notice, in the reader's language, by its code. The server's own sentence is
// used for codes that are not known here. Does not read that sentence.

import { t } from "../i18n/translate.js";
import { isRoomName } from "../lib/names.js";
import { findCommand, usageOf } from "./commands.js";
import { ofKind } from "./state.js";

const MOST_ROOMS = 64; // that a user may be in

// Each is called with what the refused packet was about, the packet and the state.
const SENTENCES = {
	"nick-taken": (nick) => t("nickTaken", { nick }),
	"nick-alike": (nick) => t("nickAlike", { nick }),
	"nick-invalid": (nick) => t("nickInvalid", { nick }),
	"nick-registered": (nick) => t("nickRegistered", { nick }),
	"password-needed": (nick) => t("nickRegistered", { nick }),
	"password-wrong": (_, { type }) => t(type === "hello" || type === "command" ? "passwordWrong" : "oldPasswordWrong"),
	"password-invalid": () => t("passwordInvalid"),
	"password-insecure": () => t("passwordInsecure"),
	"busy": () => t("busy"),
	"login-failed": () => t("loginFailed"),
	"sessions-full": () => t("sessionsFull"),
	"no-accounts": () => t("noAccounts"),
	"register-closed": () => t("registerClosed"),
	"registered-already": (_, packet, { nick }) => t("registeredAlready", { nick }),
	"not-registered": () => t("notRegistered"),
	"no-such-session": () => t("noSuchSession"),
	"room-invalid": roomRefused,
	"not-in-room": (room) => t("notInRoom", { room }),
	"no-such-nick": (nick) => t("noSuchNick", { nick }),
	"no-such-room": (room) => t("noSuchRoom", { room }),
	"text-too-long": (_, packet, { limits }) => t("textTooLong", { most: limits.message }),
	"unknown-command": (_, packet) => t("unknownCommand", { command: wordsOf(packet)[0] }),
	"usage": usage,
	"server-full": () => t("serverFull"),
	"too-slow": () => t("tooSlow"),
	"too-fast": () => t("tooFast"),
	"history-unreadable": () => t("historyUnreadable"),
	"store-failed": () => t("storeFailed"),
	"shutting-down": () => t("shuttingDown"),
};

/** packet: the refused one; undefined if it is not known, as for what the server says unasked. */
export function refusalText(state, code, text, packet = {}) {
	const subject = packet.to ?? (packet.type === "command" ? wordsOf(packet).slice(1).join(" ") : packet.nick ?? packet.room);
	const needs = SENTENCES[code]?.length ?? 0;
	if (!Object.hasOwn(SENTENCES, code) || (needs > 0 && packet.type === undefined) || (needs === 1 && !subject))
		return text;
	return SENTENCES[code](subject ?? "", packet, state) || text;
}

/** The words of a typed command; none for a packet that the page made itself. */
function wordsOf({ line = "" }) {
	return line.split(/\s+/u);
}

function roomRefused(room, { type, line = "" }, state) {
	if (type === "leave" || line.startsWith("/leave"))
		return ofKind(state, "room").length < 2 ? t("lastRoom") : "";
	if (!isRoomName(room))
		return t("roomInvalid", { room });
	return ofKind(state, "room").length >= MOST_ROOMS ? t("roomsFull") : "";
}

function usage(_, packet, { commands }) {
	const word = wordsOf(packet)[0].slice(1);
	const command = findCommand(commands, word);
	return command && t("usage", { usage: usageOf(command, word) });
}
