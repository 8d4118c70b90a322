// Says how the host of an address is to be shown: as it is written, or in punycode if its letters
// could be taken for others. After the idea of Unicode Technical Standard 39: a part of the name has
// one script, or Latin with the scripts of Chinese, Japanese or Korean.

const SCRIPTS = ["Latin", "Cyrillic", "Greek", "Armenian", "Hebrew", "Arabic", "Devanagari", "Thai", "Georgian", "Cherokee",
	"Han", "Hiragana", "Katakana", "Bopomofo", "Hangul"].map((name) => [name, new RegExp(`\\p{Script=${name}}`, "u")]);
const TOGETHER = [["Latin", "Han", "Hiragana", "Katakana"], ["Latin", "Han", "Bopomofo"], ["Latin", "Han", "Hangul"]];
// Letters of other scripts that look like Latin ones; a name of only these could be read as a Latin one.
const LATIN_LOOKING = /^[асԁеһіјӏԛорѕԝхуүьАВЕНІЈКМОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧανικορυχօսոհցԛ0-9-]+$/u;

/** { shown }: the address with its host in punycode, or {} if it is shown as it is written. */
export function shownHost(address, { protocol, hostname }) {
	if (!/^https?:$/u.test(protocol) || !/[^\p{ASCII}]/u.test(address))
		return {};
	const [, before, host, after] = /^((?:https?:[/\\]*)?(?:[^/?#\\]*@)?)([^/?#\\:]*)([^]*)$/iu.exec(address);
	return isClear(host) ? {} : { shown: before + hostname + after };
}

function isClear(host) {
	return host.split(/[.。．｡]/u).every((label, i, labels) => {
		const names = [...new Set([...label].map(scriptOf).filter(Boolean))];
		const single = names.length < 2 || TOGETHER.some((all) => names.every((name) => all.includes(name)));
		const feigned = names[0] !== "Latin" && LATIN_LOOKING.test(label) && names.length > 0 && isLatin(labels.at(-1));
		return single && !feigned;
	});
}

function isLatin(label) {
	return /^[\p{ASCII}]+$/u.test(label);
}

// undefined for digits and hyphens; letters of scripts that are not listed are of a script of their own.
function scriptOf(letter) {
	const found = SCRIPTS.find(([, pattern]) => pattern.test(letter));
	return found?.[0] ?? (/\p{L}/u.test(letter) ? "other" : undefined);
}
