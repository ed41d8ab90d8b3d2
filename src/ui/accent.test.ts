import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accentColours, accentSheet, contrast, readHex } from './accent.ts';

const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test('contrast is measured as WCAG measures it', () => {
	expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
	expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

describe('whatever colour an owner chooses', () => {
	test('text on it and text in it can be read, in both themes', () => {
		fc.assert(
			fc.property(hex, fc.constantFrom('light' as const, 'dark' as const), (chosen, theme) => {
				const colours = accentColours(chosen, theme);
				const papers = theme === 'light' ? ['#ffffff', '#f1eee8'] : ['#13110e', '#252219'];
				if (!colours) throw new Error('no colours');
				expect(contrast(colours.onAccent, colours.accent)).toBeGreaterThanOrEqual(4.5);
				expect(contrast(colours.onAccent, colours.accentStrong)).toBeGreaterThanOrEqual(4.5);
				expect(contrast(colours.accentInk, colours.accentSoft)).toBeGreaterThanOrEqual(4.5);
				for (const paper of papers) {
					expect(contrast(colours.accent, paper)).toBeGreaterThanOrEqual(4.5);
					expect(contrast(colours.accentInk, paper)).toBeGreaterThanOrEqual(4.5);
					expect(contrast(colours.focus, paper)).toBeGreaterThanOrEqual(3);
				}
			})
		);
	});
	test('a dark enough colour stays exactly as it was chosen', () => {
		expect(accentColours('#0a5540', 'light')?.accent).toBe('#0a5540');
	});
});

test('what is no colour changes nothing', () => {
	for (const text of ['', 'green', '#12', '#12345', 'url(x)', '#0a5540;}body{']) {
		expect(readHex(text)).toBeNull();
		expect(accentSheet(text)).toBe('');
	}
	expect(accentSheet('#0a5540')).toContain('--accent:#0a5540');
	expect(accentSheet('#0a5540')).toContain('--accent-strong:');
});
