// Reads a typed line: which act it asks for. What the page cannot do itself, or cannot make
// sense of, goes to the server as it was typed, so that its help and its errors serve here too.
// Knows neither the state nor the wire.

// needs: how many words must stand behind the command for the page to see to it itself.
const COMMANDS = {
	say: { needs: 1, act: (text) => ({ do: "say", text }) },
	me: { needs: 1, act: (text) => ({ do: "emote", text }) },
	msg: { needs: 2, act: direct },
	message: { needs: 2, act: direct },
	join: { needs: 1, act: (room) => ({ do: "join", room }) },
	leave: { needs: 0, act: (room) => ({ do: "leave", room }) },
	nick: { needs: 1, act: (nick) => ({ do: "nick", nick }) },
	names: { needs: 0, act: () => ({ do: "names" }) },
	look: { needs: 0, act: () => ({ do: "names" }) },
	topic: { needs: 0, act: (text) => ({ do: "topic", text }) },
	quit: { needs: 0, act: () => ({ do: "quit" }) },
	q: { needs: 0, act: () => ({ do: "quit" }) },
	logout: { needs: 0, act: () => ({ do: "quit" }) },
};
const SERVERS_OWN = ["help", "list", "login", "rooms", "who"];

/** The commands to complete, with their slash. */
export const commandNames = [...Object.keys(COMMANDS), ...SERVERS_OWN].map((name) => `/${name}`).sort();

/** The act that a line asks for. The line is not empty. */
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
	return command.act(rest);
}

function direct(rest) {
	const [, to, text] = /^(\S+)\s+([^]*)$/u.exec(rest);
	return { do: "direct", to, text };
}

function wordsIn(text) {
	return text.split(/\s+/u).filter(Boolean).length;
}
