// Runs before the first picture, and so before the modules have come: sets the theme, the density, the
// size of the text and the language, and says whether a session is to be restored, so that nothing
// flashes; and loads the page again if a part of it is missing. Knows the names in storage, but checks
// only what it uses.

{
	const root = document.documentElement;
	const stored = (storage, key) => {
		try {
			return JSON.parse(window[storage].getItem(key)) ?? {};
		} catch {
			return {};
		}
	};
	const { theme, density, textSize, language } = stored("localStorage", "teahouse.settings");
	const wanted = [language, ...navigator.languages].map((name) => String(name).slice(0, 2).toLowerCase());
	root.lang = wanted.find((name) => name === "en" || name === "de") ?? "en";
	root.dataset.script = "";
	const sentences = document.createElement("link");
	sentences.rel = "modulepreload";
	sentences.href = `i18n/${root.lang}.js`;
	document.head.append(sentences);
	if (theme === "light" || theme === "dark")
		root.dataset.theme = theme;
	root.dataset.density = density === "compact" ? "compact" : "cosy";
	if (textSize === "small" || textSize === "large" || textSize === "larger")
		root.dataset.textSize = textSize;
	if (stored("sessionStorage", "teahouse.session").nick)
		root.dataset.resuming = "";
	// As while the server is being restarted.
	const loadAgain = () => {
		const retry = () => setTimeout(() => fetch("healthz", { cache: "no-store" }).then(({ ok }) => ok ? location.reload() : retry(), retry), 2000);
		if (root.dataset.incomplete === undefined)
			retry();
		root.dataset.incomplete = "";
	};
	addEventListener("error", ({ target }) => target instanceof Element && target.matches("script, link[rel=stylesheet]") && loadAgain(), true);
	addEventListener("unhandledrejection", ({ reason }) => reason instanceof TypeError && /module/iu.test(reason.message) && loadAgain());
	// A form that is sent before the modules have come is kept for them.
	document.addEventListener("submit", (event) => {
		event.preventDefault();
		root.dataset.submitted = "";
	}, { once: true });
}
