import { codeStates } from '#vouchers';
import { oneOf } from '../../../address.ts';
import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:voucher');
	const { id } = event.params;
	const { searchParams } = event.url;
	const state = oneOf(event.url, 'codes', codeStates, null);
	const text = searchParams.get('code') ?? '';
	const cursor = searchParams.get('after');
	const [voucher, codes, uses] = await Promise.all([
		ask(event, (api) => api.admin.vouchers.get.query({ id })),
		ask(event, (api) => api.admin.vouchers.codes.query({ voucherId: id, state, text, cursor, limit: 25 })),
		ask(event, (api) => api.admin.reports.voucherUses.query({ voucherId: id }))
	]);
	return { state, text, voucher, codes, uses };
};
