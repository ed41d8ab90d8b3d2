import type { Handle } from '@sveltejs/kit';
import { directionOf, isLanguage, type Language } from '#core/languages';
import { paraglideMiddleware } from '#locale/server';

/**
 * The language of a request: the cookie `locale`, else what the browser asks for, else English. Everything within the
 * request speaks it (`getLocale()`), and the page says so in its first tag.
 */
export const language: Handle = ({ event, resolve }) =>
	paraglideMiddleware(event.request, async ({ request, locale }) => {
		event.request = request;
		const spoken: Language = isLanguage(locale) ? locale : 'en';
		event.locals.language = spoken;
		const response = await resolve(event, {
			transformPageChunk: ({ html }) =>
				html.replace('%pareto.language%', spoken).replace('%pareto.direction%', directionOf(spoken))
		});
		// A cache between us and the reader must not give a Persian page to a Russian one.
		if (response.headers.get('content-type')?.startsWith('text/html')) {
			response.headers.append('vary', 'cookie, accept-language');
		}
		return response;
	});
