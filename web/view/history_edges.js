// What stands above the first and below the last message that is loaded while there are more: that they
// are being loaded, or that this has failed. Does not know how they are loaded.

import { t } from "../i18n/translate.js";
import { byId, element, setText } from "./dom.js";
import { loadButton } from "./line.js";

const EDGES = { older: byId("older-edge"), newer: byId("newer-edge") };

export function drawEdges({ loaded }) {
	drawEdge("older", loaded !== null && !loaded.begins, loaded?.asked.get("older"));
	drawEdge("newer", loaded !== null && loaded.detached, loaded?.asked.get("newer"));
}

function drawEdge(direction, isShown, status = "") {
	const edge = EDGES[direction];
	edge.hidden = !isShown;
	if (edge.dataset.status === status)
		return;
	edge.dataset.status = status;
	edge.replaceChildren(...contentOf(direction, status));
	if (status === "failed")
		setText(byId("announcer"), t("historyFailed"));
}

function contentOf(direction, status) {
	if (status === "loading")
		return [element("span", { className: "later", textContent: t("historyLoading") })];
	return status === "failed" ? [t("historyFailed"), " ", loadButton(direction, t("retry"))] : [];
}
