import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, depends }) => {
	depends('wallet:own');
	const { wallet } = locals.api;
	const [profile, devices, groups] = await Promise.all([
		wallet.customers.profile(),
		wallet.identity.sessions(),
		wallet.groups.mine()
	]);
	return { profile, devices, groups };
};
