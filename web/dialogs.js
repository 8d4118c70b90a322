// The dialogs, menus and cards that nobody needs before the login: they are loaded after it.

import { createAccount } from "./view/account.js";
import { byId } from "./view/dom.js";
import { createLineMenu } from "./view/line_menu.js";
import { createPersonCard } from "./view/person_card.js";
import { createSearchDialog } from "./view/search.js";
import { createSwitcher } from "./view/switcher.js";

/**
 * act(action) does what is asked for in a dialog, goTo(action) what leads to a conversation; the others are for
 * the parts that they are named after. Returns { search, switcher, draw() }.
 */
export function createDialogs(state, { act, goTo, search: found, card: person, lineMenu, lineOf }) {
	const account = createAccount(state, act);
	const card = createPersonCard(state, person);
	const search = createSearchDialog(state, found);
	const switcher = createSwitcher(goTo);
	createLineMenu(byId("log"), lineOf, lineMenu);

	return { search, switcher, draw };

	function draw() {
		card.draw();
		search.draw();
		account.draw();
		switcher.draw(state);
	}
}
