import { ask } from '../../../ask.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = (event) => ask(event, (api) => api.admin.customers.asked.query());
