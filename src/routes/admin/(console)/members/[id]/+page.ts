import { redirect } from '@sveltejs/kit';
import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	event.depends('admin:member');
	const { id } = event.params;
	return ask(event, async (api) => {
		const [member, side, asked, erasure] = await Promise.all([
			api.admin.reports.member.query({ id }),
			api.admin.customers.side.query({ id }),
			api.admin.customers.asked.query(),
			api.admin.memberData.of.query({ id })
		]);
		// An old address of somebody who was merged leads to who was kept.
		if (member.member.id !== id) redirect(307, `/admin/members/${member.member.id}`);
		return { now: new Date(), member, side, asked, erasure };
	});
};
