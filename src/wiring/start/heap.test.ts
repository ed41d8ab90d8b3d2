import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { smallHeap } from './heap.server.ts';

test('the Node that comes along knows the word that keeps the server small: one that does not would say nothing', () => {
	const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8', maxBuffer: 10_000_000 });
	const [word = ''] = smallHeap.split('=');
	expect(known.split(/\s+/)).toContain(word);
});
