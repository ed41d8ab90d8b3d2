import { describe, expect, test } from 'vitest';
import { symbolOf, WedgeReader, type Key } from './wedge.svelte.ts';

const press = (reader: WedgeReader, text: string, gap: number, options: Partial<Key> = {}, start = 1000) => {
	let at = start;
	const said: string[] = [];
	for (const key of [...text]) {
		const result = reader.press({ key, code: `Key${key.toUpperCase()}`, inField: false, ...options, at });
		if (result !== null) said.push(result);
		at += gap;
	}
	return { at, said };
};
const end = (reader: WedgeReader, at: number, key = 'Enter', options: Partial<Key> = {}) =>
	reader.press({ key, code: key, at, inField: false, ...options });

describe('a hand scanner', () => {
	test('is heard at the speed of USB and of Bluetooth, ended by Enter or Tab', () => {
		for (const gap of [8, 30, 120, 199]) {
			for (const key of ['Enter', 'Tab']) {
				const reader = new WedgeReader();
				const { at } = press(reader, 'MABCDEFGHJK2', gap);
				expect(end(reader, at, key)).toBe('MABCDEFGHJK2');
			}
		}
	});
	test('may be told to end with a line feed', () => {
		const reader = new WedgeReader();
		const { at } = press(reader, '4006381333931', 10);
		expect(reader.press({ key: 'j', code: 'KeyJ', at, modified: true, inField: false })).toBe('4006381333931');
	});
	test('may press Shift between letters', () => {
		const reader = new WedgeReader();
		let at = 0;
		for (const key of 'MABCDE') {
			reader.press({ key: 'Shift', code: 'ShiftLeft', at: (at += 4), inField: false });
			reader.press({ key, code: `Key${key}`, at: (at += 4), inField: false });
		}
		expect(end(reader, at + 4)).toBe('MABCDE');
	});
	test('may scan twice within a tenth of a second', () => {
		const reader = new WedgeReader();
		const { at } = press(reader, 'AAAAAA', 5);
		expect(end(reader, at)).toBe('AAAAAA');
		const second = press(reader, 'BBBBBB', 5, {}, at + 20);
		expect(end(reader, second.at)).toBe('BBBBBB');
	});
	test('is understood on a Russian, Persian or Arabic keyboard by the places of its keys', () => {
		expect(symbolOf('ь', 'KeyM')).toBe('M');
		expect(symbolOf('ش', 'KeyA')).toBe('A');
		expect(symbolOf('۴', 'Digit4')).toBe('4');
		expect(symbolOf('٤', 'Numpad4')).toBe('4');
		// but a French one is believed: its letters stand elsewhere, and the scanner knows
		expect(symbolOf('A', 'KeyQ')).toBe('A');
	});
});

describe('a person', () => {
	test('who types a short word is no scanner', () => {
		const reader = new WedgeReader();
		const { at } = press(reader, 'milk', 90);
		expect(end(reader, at)).toBeNull();
	});
	test('who rests between letters is no scanner', () => {
		const reader = new WedgeReader();
		const { at } = press(reader, 'cappuccino', 230);
		expect(end(reader, at)).toBeNull();
	});
	test('who types fast into a field is no scanner, but a burst in a field is one', () => {
		const typing = new WedgeReader();
		expect(end(typing, press(typing, 'cappuccino', 110, { inField: true }).at, 'Enter', { inField: true })).toBeNull();
		const scanning = new WedgeReader();
		expect(end(scanning, press(scanning, 'MABCDEFGHJK2', 15, { inField: true }).at, 'Enter', { inField: true })).toBe(
			'MABCDEFGHJK2'
		);
	});
	test('who uses shortcuts, arrows or blanks begins anew', () => {
		for (const key of [
			{ key: 'ArrowLeft', code: 'ArrowLeft' },
			{ key: ' ', code: 'Space' },
			{ key: 'c', code: 'KeyC', modified: true }
		]) {
			const reader = new WedgeReader();
			const first = press(reader, 'ABC', 20);
			reader.press({ ...key, at: first.at, inField: false });
			expect(end(reader, press(reader, 'DEF', 20, {}, first.at + 20).at)).toBeNull();
		}
	});
	test('who waits before Enter ends nothing', () => {
		const reader = new WedgeReader();
		const { at } = press(reader, 'ABCDEFGH', 20);
		expect(reader.collectsAt(at)).toBe(true);
		expect(reader.collectsAt(at + 500)).toBe(false);
		expect(end(reader, at + 500)).toBeNull();
	});
});
