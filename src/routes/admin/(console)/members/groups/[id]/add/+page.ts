import { ask } from '../../../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const memberId = event.url.searchParams.get('member')?.slice(0, 40) ?? null;
	return ask(event, async (api) => {
		const [group, member] = await Promise.all([
			api.admin.reports.group.query({ id: event.params.id }),
			memberId === null ? null : api.admin.reports.member.query({ id: memberId })
		]);
		return { group, member };
	});
};
