// What the commands do, for languages other than the server's own: its table of commands has that in
// English only.

import { language } from "./translate.js";

export const COMMAND_HELP = {
	de: {
		login: "anmelden und eintreten",
		nick: "deinen Namen ändern",
		say: "im aktuellen Raum etwas sagen",
		me: "etwas tun, statt es zu sagen (* ann winkt)",
		msg: "eine private Nachricht senden",
		join: "einen Raum betreten",
		leave: "einen Raum verlassen",
		rooms: "alle Räume auflisten",
		look: "zeigen, wer im aktuellen Raum ist",
		who: "zeigen, wer online ist",
		topic: "das Thema zeigen oder setzen",
		help: "diese Liste zeigen, oder eine Zeile davon",
		logout: "abmelden",
		commands: "diese Liste für Programme",
	},
};

/** command: an entry of the server's table. */
export function commandHelp({ name, help }) {
	return COMMAND_HELP[language]?.[name] ?? help;
}
