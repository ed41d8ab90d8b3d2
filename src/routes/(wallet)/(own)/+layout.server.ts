import type { LayoutServerLoad } from './$types';
import { redirect } from '@sveltejs/kit';

/** Whose wallet it is and what its first screen shows; the other screens are drawn around it. */
export const load: LayoutServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	if (locals.actor.kind !== 'shopper') redirect(303, '/sign-in');
	const { wallet } = locals.api;
	const [me, overview] = await Promise.all([wallet.customers.me(), wallet.home.overview()]);
	return { me, overview };
};
