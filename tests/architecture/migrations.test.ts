import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './code.ts';

test('the migrations make exactly the tables that the code declares', () => {
	// drizzle-kit takes folders below its own: the copy stands in the project for a moment.
	const folder = mkdtempSync(join(project, '.svelte-kit', 'migrations-'));
	try {
		const out = join(folder, 'drizzle');
		cpSync(join(project, 'drizzle'), out, { recursive: true, filter: (path) => !path.endsWith('.ts') });
		const before = readdirSync(out).sort();
		const config = readFileSync(join(project, 'drizzle', 'config.ts'), 'utf8');
		const aside = join(folder, 'config.ts');
		writeFileSync(aside, config.replace(/out: '.*'/, `out: '${out.slice(project.length + 1)}'`));
		const kit = join(project, 'node_modules', 'drizzle-kit', 'bin.cjs');
		execFileSync(process.execPath, [kit, 'generate', '--config', aside], {
			cwd: project,
			stdio: 'pipe',
			timeout: 120_000
		});
		const made = readdirSync(out).filter((name) => !before.includes(name));
		const statements = made
			.filter((name) => name.endsWith('.sql'))
			.map((name) => readFileSync(join(out, name), 'utf8'));
		expect(statements, 'run npm run db:generate').toEqual([]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}, 150_000);

test('every migration of the journal is there, one after the other, and none besides', () => {
	const { entries } = JSON.parse(readFileSync(join(project, 'drizzle/meta/_journal.json'), 'utf8')) as {
		entries: { idx: number; tag: string; when: number }[];
	};
	const files = readdirSync(join(project, 'drizzle')).filter((name) => /^\d{4}_\w+\.sql$/.test(name));
	expect(files.sort()).toEqual(entries.map(({ tag }) => `${tag}.sql`).sort());
	expect(entries.map(({ idx }) => idx)).toEqual(entries.map((_, index) => index));
	expect(entries.every(({ when }, index) => index === 0 || when > (entries[index - 1]?.when ?? 0))).toBe(true);
});
