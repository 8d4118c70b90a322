// Calls somebody who looks elsewhere: by a sound and by a notification, each only if asked for.

const NOTES = [660, 880]; // Hz
const NOTE_LASTS = 0.12;  // s

let audio = null;

/** Sounds may only begin at a click or a key: then this makes ready. */
export function prepareSound() {
	audio ??= new AudioContext();
	audio.resume();
}

export function ring() {
	if (!audio)
		return;
	NOTES.forEach((frequency, i) => {
		const from = audio.currentTime + i * NOTE_LASTS;
		const tone = new OscillatorNode(audio, { frequency });
		const loudness = new GainNode(audio, { gain: 0.08 });
		loudness.gain.setTargetAtTime(0, from + NOTE_LASTS / 2, NOTE_LASTS / 4);
		tone.connect(loudness).connect(audio.destination);
		tone.start(from);
		tone.stop(from + NOTE_LASTS * 2);
	});
}

/** Whether the browser lets us; it asks the reader. */
export async function mayNotify() {
	return "Notification" in globalThis && await Notification.requestPermission() === "granted";
}

/** One notification a conversation: a newer one takes the place of the last. */
export function notifyOf({ nick, text, where }, clicked) {
	if (!("Notification" in globalThis) || Notification.permission !== "granted")
		return;
	const shown = new Notification(where.kind === "room" ? `${nick} (#${where.name})` : nick, { body: text, tag: where.key, icon: "icon.svg" });
	shown.onclick = () => {
		focus();
		clicked(where.key);
		shown.close();
	};
}
