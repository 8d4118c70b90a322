// Loads a module of the page. The page's folder has no package.json, since it would be served, and
// without one older versions of Node take a .js file for CommonJS: this says that it is a module.

import { register } from "node:module";

const hooks = `export function load(url, context, next) {
	return next(url, url.includes("/web/") ? { ...context, format: "module" } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

/** name: the module's path below web/. */
export function load(name) {
	return import(new URL(`../../web/${name}`, import.meta.url));
}
