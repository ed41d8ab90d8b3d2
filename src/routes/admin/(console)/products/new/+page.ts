import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => ({
	choices: await ask(event, (api) => api.admin.stores.productChoices.query())
});
