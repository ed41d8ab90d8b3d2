import { redirect } from '@sveltejs/kit';
import { permissionsOf } from '#identity';
import { navigationCookie, stepsCookie } from '../navigation.ts';
import type { LayoutServerLoad } from './$types';

/** Nobody sees the console without having signed in to it; what each page shows, its procedures decide again. */
export const load: LayoutServerLoad = ({ locals, cookies, url, untrack }) => {
	const { actor } = locals;
	if (actor.kind !== 'staff') {
		const to = untrack(() => url.pathname + url.search);
		redirect(303, `/admin/sign-in?to=${encodeURIComponent(to)}`);
	}
	const { staffId, name, role } = actor;
	return {
		me: { staffId, name, role, permissions: permissionsOf(role) },
		narrow: cookies.get(navigationCookie) === 'narrow',
		stepsHidden: cookies.get(stepsCookie) === 'hidden'
	};
};
