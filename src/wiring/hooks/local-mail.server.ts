import type { Handle } from '@sveltejs/kit';
import { localMessages } from '#platform/mail/door';

/** Whether a request was made on the very machine the server runs on, and not passed on by a proxy there. */
export const isFromHere = (address: string, headers: Headers): boolean =>
	/^(::ffff:)?127\.|^::1$/.test(address) && !headers.has('x-forwarded-for') && !headers.has('forwarded');

/**
 * Gives the development page the messages that could not be sent for want of a mail server. Whoever reads them can sign
 * in as anybody: they are shown on this machine only, and never where mail really leaves.
 */
export const localMail: Handle = ({ event, resolve }) => {
	event.locals.localMail = () =>
		isFromHere(event.getClientAddress(), event.request.headers) ? (localMessages()?.recent() ?? null) : null;
	return resolve(event);
};
