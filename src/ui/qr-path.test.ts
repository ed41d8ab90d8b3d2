import core from 'qrcode/lib/core/qrcode.js';
import { expect, test } from 'vitest';
import { qrPath, quietZone } from './qr-path.ts';

/** Which modules a path of whole runs makes dark. */
function darkModules(path: string): Set<string> {
	const dark = new Set<string>();
	for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
		for (let at = 0; at < Number(run); at++) dark.add(`${Number(x) + at},${Number(y)}`);
	}
	return dark;
}

test('the path draws exactly the dark modules, inside its quiet zone', () => {
	const text = 'MABCDEFGHJK23456789';
	const { path, side } = qrPath(text);
	const { modules } = core.create(text, { errorCorrectionLevel: 'M' });
	const wanted = new Set<string>();
	for (let y = 0; y < modules.size; y++) {
		for (let x = 0; x < modules.size; x++) if (modules.get(y, x)) wanted.add(`${x + quietZone},${y + quietZone}`);
	}
	expect(darkModules(path)).toEqual(wanted);
	expect(side).toBe(modules.size + 2 * quietZone);
});

test('a member code stays small enough for an old scanner', () => {
	expect(qrPath('MABCDEFGHJK23456789').side - 2 * quietZone).toBeLessThanOrEqual(25);
});
