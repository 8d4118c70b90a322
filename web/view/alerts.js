// Alerts for users who do not look at the page: a sound and notifications, each off unless switched
// on in the settings. Does not know when an alert is due.

const NOTES = [660, 880]; // Hz
const NOTE_LENGTH = 0.12; // s

let audio = null;

/** To be called at a click or a key press: browsers allow sounds only after one. */
export function prepareSound() {
	audio ??= new AudioContext();
	audio.resume();
}

export function playSound() {
	if (!audio)
		return;
	NOTES.forEach((frequency, i) => {
		const from = audio.currentTime + i * NOTE_LENGTH;
		const tone = new OscillatorNode(audio, { frequency });
		const gain = new GainNode(audio, { gain: 0.08 });
		gain.gain.setTargetAtTime(0, from + NOTE_LENGTH / 2, NOTE_LENGTH / 4);
		tone.connect(gain).connect(audio.destination);
		tone.start(from);
		tone.stop(from + NOTE_LENGTH * 2);
	});
}

/** Asks the user for permission; says whether it was given. */
export async function requestNotifications() {
	return "Notification" in globalThis && await Notification.requestPermission() === "granted";
}

/** One notification per conversation: a newer one replaces the last. */
export function showNotification({ nick, text, conversation }, clicked) {
	if (!("Notification" in globalThis) || Notification.permission !== "granted")
		return;
	const shown = new Notification(conversation.kind === "room" ? `${nick} (#${conversation.name})` : nick, { body: text, tag: conversation.key, icon: "icon.svg" });
	shown.onclick = () => {
		focus();
		clicked(conversation.key);
		shown.close();
	};
}
