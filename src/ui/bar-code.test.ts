import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { expect, test } from 'vitest';
import { barPath, barQuietZone } from './bar-code.ts';

const wasm = await readFile(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer }, fireImmediately: true });

/** The label as a printer leaves it: so many dots for a narrow bar. */
function printed(text: string, dots = 3, height = 60) {
	const { path, width } = barPath(text);
	const image = new ImageData(width * dots, height);
	image.data.fill(255);
	for (const [, from, run] of path.matchAll(/M(\d+) 0h(\d+)v1h-\d+z/g))
		for (let y = 0; y < height; y++)
			for (let x = Number(from) * dots; x < (Number(from) + Number(run)) * dots; x++)
				image.data.fill(0, 4 * (y * image.width + x), 4 * (y * image.width + x) + 3);
	return image;
}

/** What Node lacks of the browser's class. */
class Picture {
	readonly data: Uint8ClampedArray;
	readonly colorSpace = 'srgb';
	readonly width: number;
	readonly height: number;
	constructor(width: number, height: number) {
		[this.width, this.height] = [width, height];
		this.data = new Uint8ClampedArray(4 * width * height);
	}
}
globalThis.ImageData ??= Picture as unknown as typeof ImageData;

test.each(['VABCDEFGHJK234', 'SUMMER25', '20260001234567', 'A1'])('a scanner reads %s from its label', async (text) => {
	const [read] = await readBarcodes(printed(text));
	expect(read).toMatchObject({ format: 'Code128', text });
});

test('digits in pairs make a shorter label than letters, and both keep their quiet zone', () => {
	expect(barPath('12345678').width).toBeLessThan(barPath('ABCDEFGH').width);
	expect(barPath('AB').path).toMatch(new RegExp(`^M${barQuietZone} 0h`));
});
