import { codeStates } from '#vouchers';
import { oneOf } from '../../../address.ts';
import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:voucher');
	const { id } = event.params;
	const { searchParams } = event.url;
	const state = oneOf(event.url, 'codes', codeStates, null);
	const cursor = searchParams.get('after');
	const [voucher, codes, uses] = await Promise.all([
		ask(event, (api) => api.admin.vouchers.get.query({ id })),
		ask(event, (api) => api.admin.vouchers.codes.query({ voucherId: id, state, cursor, limit: 25 })),
		ask(event, (api) => api.admin.reports.voucherUses.query({ voucherId: id }))
	]);
	return { state, now: new Date(), voucher, codes, uses };
};
