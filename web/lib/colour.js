// Computes a colour for each nick. It depends on the nick alone, so it is the same on every page
// and every visit, and its contrast is at least 4.5:1 on every background of the style sheet, in
// both themes. Does not know the DOM: the view passes the colours to the style sheet.

// The background with the least contrast to text, per theme. A test compares them with the style sheet.
export const HARDEST = { light: "#ebe4d8", dark: "#3b3220" };
export const READABLE = 4.5;

const CHROMA = 0.125;
const known = new Map();

/** The colours of a nick, one per theme: { light, dark }, each as #rrggbb. */
export function colourOf(nick) {
	const hue = hueOf(nick);
	if (!known.has(hue))
		known.set(hue, { light: readable(hue, 0.6, -0.01, HARDEST.light), dark: readable(hue, 0.7, 0.01, HARDEST.dark) });
	return known.get(hue);
}

/** A hue from 0 to 359: FNV-1a over the folded name, so that similar names get different colours. */
export function hueOf(nick) {
	let hash = 0x811c9dc5;
	for (const letter of nick.normalize("NFC").toLowerCase())
		hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
	return ((hash ^ (hash >>> 15)) >>> 0) % 360;
}

/** The contrast ratio of two #rrggbb colours as WCAG defines it, from 1 to 21. */
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
		const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
		return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// OKLCH, unlike HSL, makes all hues look equally light, so that no nick stands out.
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

function hexOfLinear(channel) {
	const clipped = Math.min(1, Math.max(0, channel));
	const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
	return Math.round(encoded * 255).toString(16).padStart(2, "0");
}
