import { voucherStates } from '#vouchers';
import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:vouchers');
	const { searchParams } = event.url;
	const state = oneOf(event.url, 'state', voucherStates, null);
	const text = searchParams.get('q') ?? '';
	const cursor = searchParams.get('after');
	return {
		state,
		text,
		vouchers: await ask(event, (api) => api.admin.vouchers.list.query({ state, text, cursor }))
	};
};
