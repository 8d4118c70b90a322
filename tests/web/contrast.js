// Contrast of colours as WCAG 2 defines it, and their distance in OKLab, for tests.

/** The contrast ratio of two #rrggbb colours, from 1 to 21. */
export function contrast(one, other) {
	const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

/** How different two colours look: 0 for the same, 1 for black and white. */
export function distance(one, other) {
	const [a, b] = [oklab(one), oklab(other)];
	return Math.hypot(...a.map((value, i) => value - b[i]));
}

/** A share of one colour on another one, as color-mix(in srgb) mixes them. */
export function mixed(one, share, other) {
	const [a, b] = [channels(one), channels(other)];
	return `#${a.map((value, i) => Math.round(value * share + b[i] * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour) {
	return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function linear(colour) {
	return channels(colour).map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
}

function luminance(colour) {
	const [red, green, blue] = linear(colour);
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function oklab(colour) {
	const [red, green, blue] = linear(colour);
	const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
	const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
	const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
	return [
		0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
		1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
		0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
	];
}
