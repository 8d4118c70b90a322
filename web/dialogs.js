// The dialogs, which nobody needs before the login: they are loaded after it.

import { createAccount } from "./view/account.js";
import { createSearchDialog } from "./view/search.js";
import { createSwitcher } from "./view/switcher.js";

/** act(action) does what is asked for in a dialog, goTo(action) what leads to a conversation. Returns { search, switcher, draw() }. */
export function createDialogs(state, { act, goTo, search: does }) {
	const account = createAccount(state, act);
	const search = createSearchDialog(state, does);
	const switcher = createSwitcher(goTo);

	return { search, switcher, draw };

	function draw() {
		search.draw();
		account.draw();
		switcher.draw(state);
	}
}
