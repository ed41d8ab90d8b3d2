import type { Handle } from '@sveltejs/kit';
import { newId } from '#core/ids';
import { requestId, withRequestId } from '#platform/log';

/** Every request has one instant and one number; every line logged within it carries the number. */
export const request: Handle = ({ event, resolve }) => {
	event.locals.now = new Date();
	// The server in front of kit has given it a number already; kit's own development server has not.
	event.locals.requestId = requestId() ?? newId('request', event.locals.now);
	return withRequestId(event.locals.requestId, async () => resolve(event));
};
