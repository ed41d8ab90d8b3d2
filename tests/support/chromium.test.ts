import { mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sayWhereFontsAre } from './chromium.ts';
import { testFolder } from './folders.ts';

const { folder } = await testFolder('fonts');
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a browser finds its fonts where the project folder is now, not where it was unpacked', async () => {
	const [before, after] = [join(folder, 'before'), join(folder, 'after')];
	await mkdir(join(before, 'fonts'), { recursive: true });
	expect(await readFile(await sayWhereFontsAre(before), 'utf8')).toContain(`<dir>${before}/fonts</dir>`);
	await rename(before, after);
	const moved = await readFile(await sayWhereFontsAre(after), 'utf8');
	expect(moved).toContain(`<dir>${after}/fonts</dir>`);
	expect(moved).not.toContain(before);
	expect((await readdir(after)).sort()).toEqual(['fonts', 'fonts.conf']);
});

test('browsers that start beside each other, through whatever path, leave what is right alone', async () => {
	const home = join(folder, 'shared');
	await mkdir(home);
	await symlink(home, join(folder, 'alias'));
	const { mtimeNs } = await stat(await sayWhereFontsAre(home), { bigint: true });
	const files = await Promise.all(['shared', 'alias', 'alias'].map((name) => sayWhereFontsAre(join(folder, name))));
	for (const file of files) expect((await stat(file, { bigint: true })).mtimeNs).toBe(mtimeNs);
});
