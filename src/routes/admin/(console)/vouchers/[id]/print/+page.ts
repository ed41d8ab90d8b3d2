import { oneOf } from '../../../../address.ts';
import { ask } from '../../../../ask.ts';
import type { PageLoad } from './$types';

/** So many labels are drawn at once: ten sheets of the small ones. */
const most = 240;

export const load: PageLoad = async (event) => {
	const { id } = event.params;
	const form = oneOf(event.url, 'form', ['labels', 'cards'] as const, 'labels');
	const state = oneOf(event.url, 'codes', ['free', 'held'] as const, 'free');
	const cursor = event.url.searchParams.get('after');
	const [voucher, codes, { name }] = await Promise.all([
		ask(event, (api) => api.admin.vouchers.get.query({ id })),
		ask(event, (api) => api.admin.vouchers.codes.query({ voucherId: id, state, cursor, limit: most })),
		ask(event, (api) => api.admin.vouchers.choices.query())
	]);
	return { form, state, voucher, codes, programmeName: name };
};
