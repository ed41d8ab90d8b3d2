import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	return { vouchers: await locals.api.wallet.vouchers.held() };
};
