import type { Handle, RequestEvent } from '@sveltejs/kit';
import { describe, expect, test } from 'vitest';
import { getLocale } from '#locale';
import { language } from './language.server.ts';

const page = '<html lang="%pareto.language%" dir="%pareto.direction%">';

/** Asks for a page and says what its first tag became and which language the code inside spoke. */
async function visit(headers: Record<string, string>) {
	const event = {
		request: new Request('http://shop.example/', { headers }),
		locals: {}
	} as unknown as RequestEvent;
	let spoken = '';
	const response = await language({
		event,
		resolve: async (_event, options) => {
			spoken = getLocale();
			const html = await options?.transformPageChunk?.({ html: page, done: true });
			return new Response(html, { headers: { 'content-type': 'text/html' } });
		}
	} satisfies Parameters<Handle>[0]);
	return { tag: await response.text(), spoken, local: event.locals.language, vary: response.headers.get('vary') };
}

describe('the language of a page', () => {
	test('is the one chosen here before', async () => {
		expect(await visit({ cookie: 'locale=ru', 'accept-language': 'fa' })).toEqual({
			tag: '<html lang="ru" dir="ltr">',
			spoken: 'ru',
			local: 'ru',
			vary: 'cookie, accept-language'
		});
	});
	test('else the first one the browser asks for that we speak', async () => {
		const { tag } = await visit({ 'accept-language': 'de-DE,de;q=0.9,fa-IR;q=0.8,en;q=0.7' });
		expect(tag).toBe('<html lang="fa" dir="rtl">');
		expect((await visit({ 'accept-language': 'zh-CN,zh;q=0.9' })).tag).toContain('lang="zh"');
	});
	test('else English, also when the cookie holds nonsense', async () => {
		expect((await visit({})).tag).toContain('lang="en" dir="ltr"');
		expect((await visit({ cookie: 'locale=<script>' })).tag).toContain('lang="en" dir="ltr"');
	});
});
