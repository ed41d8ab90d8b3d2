import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

/** What a card is issued in, and whose days its expiry is counted by. */
export const load: PageLoad = async (event) => ({
	programme: await ask(event, (api) => api.admin.giftcards.programme.query())
});
