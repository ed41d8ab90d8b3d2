import { error } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals, setHeaders }) => {
	setHeaders({ 'cache-control': 'no-store' });
	const messages = locals.localMail();
	if (!messages) error(404);
	return {
		now: locals.now,
		messages: messages.map(({ id, at, to, subject, text }) => ({ id, at, to, subject, text }))
	};
};
