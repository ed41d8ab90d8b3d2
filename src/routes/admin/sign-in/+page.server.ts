import { fail, isHttpError, redirect } from '@sveltejs/kit';
import { pageOfConsole } from '../address.ts';
import type { Actions, PageServerLoad } from './$types';

/** Whoever is signed in already goes on; nobody can sign in to an empty house before it is set up. */
export const load: PageServerLoad = async ({ locals, url }) => {
	const to = pageOfConsole(url.searchParams.get('to'));
	if (locals.actor.kind === 'staff') redirect(303, to);
	if (await locals.api.admin.setup.needed()) redirect(303, '/admin/setup');
	const { secondStep, passkeys } = locals.api.admin.identity;
	const [waiting, passkeysPossible] = await Promise.all([secondStep.view(), passkeys.possible()]);
	return { to, waiting, passkeysPossible };
};

/** Where the page's script has not come yet: the same, by a plain form. */
export const actions: Actions = {
	default: async ({ locals, request, url }) => {
		const form = await request.formData();
		const email = String(form.get('email') ?? '');
		let entered: Awaited<ReturnType<typeof locals.api.admin.identity.signIn>>;
		try {
			entered = await locals.api.admin.identity.signIn({ email, password: String(form.get('password') ?? '') });
		} catch (error) {
			if (!isHttpError(error)) throw error;
			return fail(error.status, { email, problem: error.body.message });
		}
		redirect(303, entered.step ? url.pathname + url.search : pageOfConsole(url.searchParams.get('to')));
	}
};
