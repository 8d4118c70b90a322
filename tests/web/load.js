// Loads a module of the page. The page's folder has no package.json, since it would be
// served; without one, older Nodes take a .js file for CommonJS. So they are told here.

import { register } from "node:module";

const load = `export function load(url, context, next) {
	return next(url, url.includes("/web/") ? { ...context, format: "module" } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(load)}`);

export function page(name) {
	return import(new URL(`../../web/${name}`, import.meta.url));
}
