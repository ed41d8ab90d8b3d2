import type { Handle } from '@sveltejs/kit';
import { isTheme, themeColourTags, themeCookie } from '#ui/theme.ts';

/** Writes the chosen theme into the page before it leaves, so that a dark page never flashes white. */
export const theme: Handle = ({ event, resolve }) => {
	const cookie = event.cookies.get(themeCookie);
	const chosen = isTheme(cookie) ? cookie : 'system';
	return resolve(event, {
		transformPageChunk: ({ html }) =>
			html
				.replace('%pareto.theme%', chosen === 'system' ? '' : `data-theme="${chosen}"`)
				.replace('%pareto.scheme%', chosen === 'system' ? 'light dark' : chosen)
				.replace('%pareto.colour%', themeColourTags(chosen))
	});
};
