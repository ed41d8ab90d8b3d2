import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, depends }) => {
	depends('wallet:own');
	return { card: await locals.api.wallet.giftcards.open({ id: params.id }) };
};
