import { error } from '@sveltejs/kit';
import type { PageLoad } from './$types';

/** What is nowhere is missed within the console, with its menu around it. */
export const load: PageLoad = () => error(404);
