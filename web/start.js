// The page's entry. A new visitor first gets the login form, which is in index.html, and who is there;
// the page's other code is loaded when the form is used. Others get all of it at once. Does not log in.

import { presentIn } from "./i18n/greeting.js";
import { rememberedLogin, rememberedNick } from "./lib/storage.js";
import { socketAddress } from "./net/address.js";

const form = document.getElementById("login-form");
const { dataset } = document.documentElement;
let loading = false;
let socket = null;

// The modules' names are in index.html, so that none waits for another.
function load() {
	if (loading)
		return;
	loading = true;
	hangUp();
	document.head.append(document.getElementById("modules").content);
	import("./main.js");
}

function hangUp() {
	if (socket === null)
		return;
	socket.onmessage = socket.onclose = null;
	socket.close();
	socket = null;
}

// If no greeting comes, the page's other code says why.
function greet() {
	socket = new WebSocket(socketAddress(location.href), "teahouse.v2");
	socket.onclose = load;
	socket.onmessage = ({ data }) => {
		const packet = JSON.parse(data);
		if (packet.type !== "greeting")
			return;
		document.getElementById("login-title").textContent = packet.server;
		document.getElementById("login-present").textContent = presentIn(packet);
		hangUp();
	};
}

for (const type of ["input", "submit", "pointerdown"])
	form.addEventListener(type, load, { once: true });
addEventListener("pagehide", hangUp);

if (dataset.resuming !== undefined || dataset.submitted !== undefined || rememberedNick() !== "" || rememberedLogin() !== null || location.hash !== "")
	load();
else
	greet();
