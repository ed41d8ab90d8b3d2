import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, depends }) => {
	depends('wallet:own');
	return { receipt: await locals.api.wallet.home.receipt({ id: params.id }) };
};
