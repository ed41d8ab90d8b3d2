import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

export const load: PageLoad = async (event) => {
	event.depends('admin:receipts');
	const { searchParams } = event.url;
	const day = (name: string) => {
		const value = searchParams.get(name);
		return value !== null && dayForm.test(value) ? value : null;
	};
	const filter = {
		storeId: searchParams.get('store'),
		fromDay: day('from'),
		toDay: day('to'),
		memberId: searchParams.get('member'),
		number: searchParams.get('number')
	};
	const cursor = searchParams.get('after');
	return {
		filter,
		receipts: await ask(event, (api) => api.admin.reports.receipts.query({ filter, cursor }))
	};
};
