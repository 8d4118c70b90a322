// Says who is there, before the login.

import { t } from "./translate.js";

/** `2 people in main now`. greeting: { room, users }, or null if the server has not greeted; then "". */
export function presentIn(greeting) {
	if (!greeting)
		return "";
	return greeting.users > 0 ? t("present", { count: greeting.users, room: greeting.room }) : t("nobodyPresent", greeting);
}
