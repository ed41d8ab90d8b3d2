import { redirect } from '@sveltejs/kit';
import { navigationCookie, stepsCookie } from '../navigation.ts';
import type { LayoutServerLoad } from './$types';

/** Nobody sees the console without having signed in to it; what each page shows, its procedures decide again. */
export const load: LayoutServerLoad = async ({ locals, cookies, url, untrack }) => {
	const me = await locals.api.admin.identity.me();
	if (!me) {
		const to = untrack(() => url.pathname + url.search);
		redirect(303, `/admin/sign-in?to=${encodeURIComponent(to)}`);
	}
	return {
		me,
		narrow: cookies.get(navigationCookie) === 'narrow',
		stepsHidden: cookies.get(stepsCookie) === 'hidden'
	};
};
