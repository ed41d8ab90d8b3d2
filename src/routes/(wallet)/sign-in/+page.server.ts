import type { PageServerLoad } from './$types';
import { redirect } from '@sveltejs/kit';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.actor.kind === 'shopper') redirect(303, '/');
	return { shop: await locals.api.wallet.home.shop() };
};
