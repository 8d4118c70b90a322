// Alerts for users who do not look at the page: a sound and notifications, each off unless switched
// on in the settings. Does not know when an alert is due.

const NOTES = [660, 880]; // Hz
const NOTE_LENGTH = 0.12; // s

let audio = null;

/** To be called at a click or a key press: browsers allow sounds only after one. */
export function prepareSound() {
	if (!("AudioContext" in globalThis))
		return;
	audio ??= new AudioContext();
	// Refused where there is no device for sound.
	audio.resume().catch(() => {});
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
	try {
		return "Notification" in globalThis && await Notification.requestPermission() === "granted";
	} catch {
		return false;
	}
}

/**
 * One notification per conversation: a newer one replaces the last, and is announced again. Never
 * throws. clicked(key) is called when one that the page made itself is clicked.
 */
export function showNotification({ nick, text, conversation }, clicked) {
	if (!("Notification" in globalThis) || Notification.permission !== "granted")
		return;
	const title = conversation.kind === "room" ? `${nick} (#${conversation.name})` : nick;
	const options = { body: text, tag: conversation.key, renotify: true, icon: "icon.svg", data: { key: conversation.key } };
	try {
		const shown = new Notification(title, options);
		shown.onclick = () => {
			focus();
			clicked(conversation.key);
			shown.close();
		};
	} catch {
		showByWorker(title, options);
	}
}

// Chrome for Android allows notifications only to service workers.
async function showByWorker(title, options) {
	try {
		const registration = await navigator.serviceWorker?.getRegistration();
		await registration?.showNotification(title, options);
	} catch {
		// There is no way to notify then; the message itself is shown anyway.
	}
}
