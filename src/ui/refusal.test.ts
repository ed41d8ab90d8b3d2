import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languages } from '#core/languages';
import { refusalKinds, type RefusalData, type RefusalKind } from '#core/refusal';
import { hasSentence, messageOf, sentenceOf, wordsOf } from './refusal.ts';

const plain = (text: unknown) => String(text).replace(/[\u00a0\u202f]/g, ' ');
const refusal = (code: string, details: RefusalData['details'] = {}, kind: RefusalKind = 'conflict') => ({
	code,
	kind,
	details
});

test('a code names its message', () => {
	expect(messageOf('voucher.already_used')).toBe('refusal_voucher_already_used');
});

test('every sentence that is written for refusals is found by its code', () => {
	const written = Object.keys(
		JSON.parse(readFileSync(new URL('../messages/en/refusals.json', import.meta.url), 'utf8')) as object
	).filter((key) => key.startsWith('refusal_'));
	for (const key of written) expect(hasSentence(key.replace(/^refusal_/, '')), key).toBe(true);
});

test('a code that this page does not know yet is answered by its kind, in the reader’s language', () => {
	for (const kind of Object.keys(refusalKinds) as RefusalKind[]) {
		const sentences = languages.map((language) => sentenceOf(refusal('nobody.knows_this', {}, kind), language));
		expect(new Set(sentences).size).toBe(languages.length);
		for (const sentence of sentences) expect(sentence).not.toContain('nobody');
	}
	expect(sentenceOf(refusal('nobody.knows_this', {}, 'limited'), 'en')).toBe(
		'That was too often. Please wait a moment.'
	);
});

test('a Russian date at the end of a sentence brings the only full stop', () => {
	const starts = refusal('voucher.not_yet', { startsAt: '2026-12-13T00:00:00Z' });
	expect(plain(sentenceOf(starts, 'ru'))).toMatch(/13 дек\. 2026 г\.$/);
	expect(plain(sentenceOf(starts, 'ru'))).not.toContain('..');
});

describe('details become words', () => {
	const words = (details: RefusalData['details'], language: 'en' | 'ru' | 'fa' = 'en', zone = 'Europe/Berlin') =>
		wordsOf(details, language, zone);

	test('money, with the currency that came along', () => {
		expect(plain(words({ missingCents: 1250, currency: 'EUR' }).missingCents)).toBe('€12.50');
		expect(plain(words({ missingCents: 1250, currency: 'EUR' }, 'ru').missingCents)).toBe('12,50 €');
	});
	test('points and counts, grouped, and raw for plural forms', () => {
		expect(words({ missingPoints: 1200 })).toEqual({ missingPoints: '1,200', missingPointsRaw: 1200 });
		expect(words({ missingPoints: 12 }, 'fa').missingPoints).toBe('۱۲');
	});
	test('an end at midnight is said as the last day, a moment with its time', () => {
		expect(words({ endsAt: '2026-03-31T22:00:00.000Z' }).endsAt).toBe('31 Mar 2026');
		expect(words({ startsAt: '2026-03-31T22:00:00.000Z' }).startsAt).toBe('1 Apr 2026');
		expect(words({ usedAt: '2026-03-31T12:30:00.000Z' }).usedAt).toBe('31 Mar 2026, 14:30');
	});
	test('days, shares and quantities', () => {
		expect(words({ firstDay: '2026-03-31' }).firstDay).toBe('31 Mar 2026');
		expect(words({ mostPercent: 12.5 }).mostPercent).toBe('12.5%');
		expect(words({ thousandths: 1250 }).thousandths).toBe('1.25');
	});
	test('texts stay, nothing and switches are left out', () => {
		expect(words({ name: 'Spring', note: null, open: true })).toEqual({ name: 'Spring', note: '', open: '' });
	});
});
