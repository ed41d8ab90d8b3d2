import type { TrailFilter } from '#reports';

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** What the address asks of the trail; what cannot be meant counts as nothing. */
export function trailFilter(searchParams: URLSearchParams): TrailFilter {
	const day = (name: string) => {
		const value = searchParams.get(name);
		return value !== null && dayForm.test(value) ? value : null;
	};
	const area = searchParams.get('area');
	return {
		text: (searchParams.get('text') ?? '').slice(0, 200),
		area: area !== null && /^[a-z_]{1,40}$/.test(area) ? area : null,
		staffId: searchParams.get('staff'),
		subjectId: searchParams.get('subject'),
		fromDay: day('from'),
		toDay: day('to')
	};
}
