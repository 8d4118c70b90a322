// Makes lines of packets that tell an event. Does not know where they are put.

import { mentionsNick, sameName } from "../lib/names.js";
import { colourIn } from "./colours.js";
import { isMe } from "./state.js";

/** The line of a packet `chat` or `emote`. */
export function messageLine(state, { type, nick, message: text, id, time }) {
	const own = isMe(state, nick);
	const mention = !own && mentionsNick(text, state.nick);
	return { kind: type, id, time, nick, text, own, mention, ...(mention && { called: state.nick }) };
}

/** The line of a packet `direct`. */
export function directLine(state, { nick, to, message: text, id, time }) {
	const own = isMe(state, nick);
	return { kind: "direct", id, time, nick, to, text, own, mention: !own };
}

const LINES = {
	chat: messageLine,
	emote: messageLine,
	direct: directLine,
	topic: (state, { nick, topic: text, id, time }) => ({ kind: "topic", id, time, nick, text: text ?? "", own: nick !== undefined && isMe(state, nick) }),
	nick: (state, { nick, new: to, id, time }) => ({ kind: "renamed", id, time, nick, to, own: isMe(state, to) }),
};

/** The lines of events that happened before, as the server has stored them. */
export function storedLines(state, conversation, events) {
	const lines = [];
	for (const event of events) {
		if (!Object.hasOwn(LINES, event.type))
			continue;
		const line = { ...LINES[event.type](state, event), stored: true, seq: ++state.lastSeq };
		line.colour = colourIn(conversation, line.nick ?? "");
		// A new name is shown with the first message under it.
		const last = lines.at(-1);
		if (line.kind === "chat" && last?.kind === "renamed" && !last.own && sameName(last.to, line.nick))
			line.was = lines.pop().nick;
		if (conversation.firstUnread !== null && line.id === conversation.firstUnreadId)
			conversation.firstUnread = line.seq;
		lines.push(line);
	}
	return lines;
}
