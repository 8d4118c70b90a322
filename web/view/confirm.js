// Asks a question in a dialog before something that cannot be undone.

import { byId, setText } from "./dom.js";

const dialog = byId("confirm");
let confirmed = null;

byId("confirm-no").addEventListener("click", () => dialog.close());
byId("confirm-yes").addEventListener("click", () => {
	dialog.close();
	confirmed();
});

/** run() is called if the user agrees. */
export function confirm({ title, text, yes }, run) {
	confirmed = run;
	setText(byId("confirm-title"), title);
	setText(byId("confirm-text"), text);
	setText(byId("confirm-yes"), yes);
	dialog.showModal();
}
