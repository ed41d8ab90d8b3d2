import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, setHeaders }) => {
	setHeaders({ 'referrer-policy': 'no-referrer' });
	return { shop: await locals.api.wallet.home.shop() };
};
