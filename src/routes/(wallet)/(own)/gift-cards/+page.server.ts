import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	const { giftcards, gifts } = locals.api.wallet;
	const [cards, given] = await Promise.all([giftcards.held(), gifts.given()]);
	return { cards, given };
};
