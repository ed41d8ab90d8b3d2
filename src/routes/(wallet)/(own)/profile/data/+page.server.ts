import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	return { mine: await locals.api.wallet.data.overview() };
};
