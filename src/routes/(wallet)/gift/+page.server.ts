import type { PageServerLoad } from './$types';
import { waitingCookie, waitingIn } from '../sign-in/waiting.ts';

/** The link is in the address's fragment, which never comes here: the page itself asks for the gift. */
export const load: PageServerLoad = async ({ locals, cookies, setHeaders }) => {
	setHeaders({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex', 'cache-control': 'no-store' });
	return {
		shop: await locals.api.wallet.home.shop(),
		signedIn: locals.actor.kind === 'shopper',
		waiting: waitingIn(cookies.get(waitingCookie), locals.now),
		now: locals.now
	};
};
