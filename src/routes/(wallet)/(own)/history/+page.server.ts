import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	return { history: await locals.api.wallet.home.history({ cursor: null }) };
};
