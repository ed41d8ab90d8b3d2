import { cardStates } from '#giftcards';
import { oneOf } from '../../address.ts';
import { ask } from '../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
	const { searchParams } = event.url;
	const state = oneOf(event.url, 'state', cardStates, null);
	const text = searchParams.get('q') ?? '';
	const cursor = searchParams.get('after');
	return {
		state,
		text,
		cards: await ask(event, (api) => api.admin.giftcards.list.query({ state, text, cursor }))
	};
};
