import type { PageServerLoad } from './$types';
import { redirect } from '@sveltejs/kit';
import { waitingCookie, waitingIn } from './waiting.ts';

export const load: PageServerLoad = async ({ locals, cookies }) => {
	if (locals.actor.kind === 'shopper') redirect(303, '/');
	return {
		shop: await locals.api.wallet.home.shop(),
		waiting: waitingIn(cookies.get(waitingCookie), locals.now),
		now: locals.now
	};
};
