import { oneOf } from '../../address.ts';

const day = (text: string | null): string | null => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);

/** The filters that stand in the list's address. No code does: those are looked up. */
export function filterIn(url: URL) {
	const { searchParams } = url;
	const state = oneOf(url, 'state', ['blocked', 'active'] as const, null);
	const [id = '', ...value] = (searchParams.get('with') ?? '').split(':');
	return {
		text: (searchParams.get('q') ?? '').slice(0, 200),
		tagId: searchParams.get('tag')?.slice(0, 40) || null,
		attribute: id === '' ? null : { id: id.slice(0, 40), value: value.join(':').slice(0, 200) },
		joinedFrom: day(searchParams.get('from')),
		joinedTo: day(searchParams.get('to')),
		blocked: state === null ? null : state === 'blocked'
	};
}
export type MemberListFilter = ReturnType<typeof filterIn>;
