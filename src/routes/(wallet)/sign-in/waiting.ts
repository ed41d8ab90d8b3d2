import { minute } from '#core/time';

/**
 * That a code is on its way must outlive a reload: phones throw a page away while somebody reads the mail. It is kept in
 * a cookie of the page alone that asks, for as long as the code is good: not in the address, which is shown, shared and logged,
 * and not in the tab's own store, which an installed app loses with its window.
 */
export interface Waiting {
	email: string;
	/** by the device's clock */
	sentAt: number;
	validMinutes: number;
}

export const waitingCookie = 'signing-in';

/** What a cookie says, unless its time is over. */
export function waitingIn(cookie: string | undefined, now: Date): Waiting | null {
	const [, sentAt, minutes, email] = /^(\d{1,15}) (\d{1,3}) (\S{3,254})$/.exec(cookie ?? '') ?? [];
	if (!sentAt || !minutes || !email) return null;
	const waiting = { email, sentAt: Number(sentAt), validMinutes: Number(minutes) };
	return now.getTime() < waiting.sentAt + waiting.validMinutes * minute ? waiting : null;
}

export function keepWaiting({ email, sentAt, validMinutes }: Waiting): void {
	write(encodeURIComponent(`${sentAt} ${validMinutes} ${email}`), validMinutes * 60);
}

export const forgetWaiting = (): void => write('', 0);

function write(value: string, seconds: number): void {
	const secure = location.protocol === 'https:' ? '; secure' : '';
	document.cookie = `${waitingCookie}=${value}; path=${location.pathname}; max-age=${seconds}; samesite=lax${secure}`;
}
