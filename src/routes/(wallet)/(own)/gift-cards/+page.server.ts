import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	return { cards: await locals.api.wallet.giftcards.held() };
};
