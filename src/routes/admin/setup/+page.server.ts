import { fail, isHttpError, redirect } from '@sveltejs/kit';
import { leastPassword } from '#identity';
import { m } from '#messages';
import { currencyChoices, timeZoneChoices } from './choices.ts';
import { fieldsIn, readFields } from './fields.ts';
import type { Actions, PageServerLoad } from './$types';

/** Only an empty house has something to set up. */
export const load: PageServerLoad = async ({ locals }) => {
	if (!(await locals.api.admin.setup.needed())) redirect(303, '/admin');
	return {
		leastPassword,
		// Made here for both sides: a browser's own lists may be older or newer than ours.
		currencies: currencyChoices(locals.language, {
			usual: m.admin_setup_currencies_usual(),
			all: m.admin_setup_currencies_all()
		}),
		timeZones: timeZoneChoices(null)
	};
};

export const actions: Actions = {
	default: async ({ locals, request }) => {
		const values = readFields(await request.formData());
		let signedIn: boolean;
		try {
			({ signedIn } = await locals.api.admin.setup.found(values));
		} catch (error) {
			if (!isHttpError(error) || !error.body.refusal) throw error;
			const { code, sentence, attachment } = error.body.refusal;
			// The password does not travel back.
			const { password: _, ...kept } = values;
			const wrong = code === 'input.invalid' ? fieldsIn(attachment) : [];
			return fail(error.status, { values: kept, code, sentence: sentence ?? code, wrong });
		}
		redirect(303, signedIn ? '/admin' : '/admin/sign-in');
	}
};
