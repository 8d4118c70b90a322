// The page's service worker: keeps a copy of the page's files, to show the page itself where there is
// no connection. While the server answers, only what it answers is shown. Also opens the conversation
// whose notification is clicked, where notifications belong to the worker.

const CACHE = "teahouse-page";
const LINK = /(?:href|src)="([\w./-]+\.\w+)"/gu;

// Every file that the page names, so that it is whole even if it was opened only once.
async function keepAll() {
	const cache = await caches.open(CACHE);
	const page = await fetch("./", { cache: "no-cache" });
	const names = [...(await page.clone().text()).matchAll(LINK)].map(([, name]) => name);
	await cache.put("./", page);
	await cache.addAll([...new Set([...names, "i18n/de.js", "i18n/en.js", "icon-mention.svg", "icon-unread.svg"])]);
}

function isFile({ method, url, mode }) {
	const { origin, pathname } = new URL(url);
	const scope = new URL(registration.scope);
	const path = pathname.slice(scope.pathname.length);
	return method === "GET" && origin === scope.origin && pathname.startsWith(scope.pathname)
		&& (path === "" ? mode === "navigate" : path !== "healthz" && path !== "ws");
}

async function answer(request) {
	try {
		const response = await fetch(request);
		if (response.ok)
			(await caches.open(CACHE)).put(keyOf(request), response.clone()).catch(() => {});
		return response;
	} catch (lost) {
		const kept = await (await caches.open(CACHE)).match(keyOf(request));
		if (kept)
			return kept;
		throw lost;
	}
}

function keyOf({ url }) {
	const { origin, pathname } = new URL(url);
	return origin + pathname;
}

async function open(key) {
	const [page] = await clients.matchAll({ type: "window" });
	if (!page)
		return clients.openWindow("./");
	page.postMessage({ show: key });
	return page.focus();
}

addEventListener("install", (event) => {
	skipWaiting();
	event.waitUntil(keepAll());
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => isFile(event.request) && event.respondWith(answer(event.request)));
addEventListener("notificationclick", (event) => {
	event.notification.close();
	event.waitUntil(open(event.notification.data?.key));
});
