// A steady colour for each nick: the same on every page and on every visit, and
// readable (4.5:1 and more) on whatever the style sheet puts behind it in either theme.
// Knows no element: the view hands the colours on to the style sheet.

// The backgrounds hardest to read on; a test holds the style sheet to them.
export const HARDEST = { light: "#ebe4d8", dark: "#3b3220" };
export const READABLE = 4.5;

const CHROMA = 0.125;
const known = new Map();

/** The colours of a nick: { light, dark }, each as #rrggbb. */
export function colourOf(nick) {
	const hue = hueOf(nick);
	if (!known.has(hue))
		known.set(hue, { light: readable(hue, 0.6, -0.01, HARDEST.light), dark: readable(hue, 0.7, 0.01, HARDEST.dark) });
	return known.get(hue);
}

/** FNV-1a over the folded name: near names get far colours. */
export function hueOf(nick) {
	let hash = 0x811c9dc5;
	for (const letter of nick.normalize("NFC").toLowerCase())
		hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % 360;
}

/** WCAG's contrast of two colours written #rrggbb, from 1 to 21. */
export function contrast(one, other) {
	const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

function readable(hue, lightness, step, background) {
	let colour = oklch(lightness, CHROMA, hue);
	while (contrast(colour, background) < READABLE && lightness > 0 && lightness < 1) {
		lightness += step;
		colour = oklch(lightness, CHROMA, hue);
	}
	return colour;
}

function luminance(colour) {
	const [red, green, blue] = [1, 3, 5].map((at) => {
		const part = parseInt(colour.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// OKLCH keeps hues equally light to the eye, which HSL does not: no nick shouts.
function oklch(lightness, chroma, hue) {
	const a = chroma * Math.cos(hue * Math.PI / 180);
	const b = chroma * Math.sin(hue * Math.PI / 180);
	const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
	const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
	const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
	return "#" + [
		4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
		-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
		-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
	].map(hexOfLinear).join("");
}

function hexOfLinear(part) {
	const clipped = Math.min(1, Math.max(0, part));
	const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
	return Math.round(encoded * 255).toString(16).padStart(2, "0");
}
