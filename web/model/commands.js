// Parses a typed line into an action. A command that the page does not do itself, or cannot parse,
// is sent to the server as it was typed, which answers with its own help and errors.

// needs: how many words must follow the command, or the server gets the line.
const COMMANDS = {
	say: { needs: 1, action: (text) => ({ do: "say", text }) },
	me: { needs: 1, action: (text) => ({ do: "emote", text }) },
	msg: { needs: 2, action: direct },
	message: { needs: 2, action: direct },
	join: { needs: 1, action: (room) => ({ do: "join", room }) },
	leave: { needs: 0, action: (room) => ({ do: "leave", room }) },
	nick: { needs: 1, action: (nick) => ({ do: "nick", nick }) },
	names: { needs: 0, action: () => ({ do: "names" }) },
	look: { needs: 0, action: () => ({ do: "names" }) },
	topic: { needs: 0, action: (text) => ({ do: "topic", text }) },
	quit: { needs: 0, action: () => ({ do: "quit" }) },
	q: { needs: 0, action: () => ({ do: "quit" }) },
	logout: { needs: 0, action: () => ({ do: "quit" }) },
};
const SERVERS_OWN = ["help", "list", "login", "rooms", "who"];

/** The commands for completion, with their slash. */
export const commandNames = [...Object.keys(COMMANDS), ...SERVERS_OWN].map((name) => `/${name}`).sort();

/** The action for a line that is not empty. */
export function parse(line) {
	if (!line.startsWith("/"))
		return { do: "say", text: line };
	if (line.startsWith("//"))
		return { do: "say", text: line.slice(1) };
	const [, word, rest] = /^\/(\S*)\s*([^]*)$/u.exec(line.trimEnd());
	const name = word.toLowerCase();
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
	if (command === null || wordsIn(rest) < command.needs)
		return { do: "command", line: line.trimEnd() };
	return command.action(rest);
}

function direct(rest) {
	const [, to, text] = /^(\S+)\s+([^]*)$/u.exec(rest);
	return { do: "direct", to, text };
}

function wordsIn(text) {
	return text.split(/\s+/u).filter(Boolean).length;
}
