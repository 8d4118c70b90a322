// What the commands do, for languages other than the server's own: its table of commands has that in
// English only.

import { language } from "./translate.js";

export const COMMAND_HELP = {
	de: {
		login: "anmelden und eintreten",
		nick: "deinen Namen ändern",
		say: "eine Nachricht an den aktuellen Raum senden",
		me: "eine Handlung senden (* ann winkt)",
		msg: "eine private Nachricht senden",
		join: "einen Raum betreten oder zu ihm wechseln",
		leave: "einen Raum verlassen (sonst den aktuellen)",
		rooms: "alle Räume auflisten",
		look: "anzeigen, wer im aktuellen Raum ist",
		who: "anzeigen, wer online ist, oder eine Person",
		topic: "das Thema anzeigen oder festlegen; - entfernt es",
		help: "die Befehle auflisten oder einen erklären",
		logout: "abmelden",
		search: "die Nachrichten deiner Räume durchsuchen",
		history: "frühere Nachrichten zeigen",
		register: "deinen Namen mit einem Passwort behalten",
		password: "dein Passwort ändern",
		unregister: "deinen Namen abgeben",
		sessions: "zeigen, wo du angemeldet bist, oder eine Sitzung beenden",
		commands: "diese Liste für Programme",
	},
};

/** command: an entry of the server's table. */
export function commandHelp({ name, help }) {
	return COMMAND_HELP[language]?.[name] ?? help;
}
