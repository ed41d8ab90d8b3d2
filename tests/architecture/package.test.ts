import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { project } from './code.ts';

const read = (path: string): string => readFileSync(join(project, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const lock = JSON.parse(read('package-lock.json')) as {
	packages: Record<
		string,
		{ version?: string; integrity?: string; resolved?: string; link?: boolean; extraneous?: boolean }
	>;
};

describe('dependencies', () => {
	test('every version is exact', () => {
		const all = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
			Object.entries(manifest[kind] ?? {})
		);
		const loose = all.filter(([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
		expect(loose).toEqual([]);
	});

	test('the lockfile names no server to fetch from, holds every checksum and nothing superfluous', () => {
		const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
		expect(packages.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
		expect(packages.filter(([, { integrity, link }]) => !integrity && !link).map(([path]) => path)).toEqual([]);
		expect(packages.filter(([, { extraneous }]) => extraneous).map(([path]) => path)).toEqual([]);
	});

	test('the lockfile fits the manifest', () => {
		const root = lock.packages[''] as unknown as Record<string, Record<string, string>>;
		for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
			expect(root[kind]).toEqual(manifest[kind]);
	});
});

test('the server is told to keep little room for what is young: left alone, Node takes 130 MB for it and keeps them', () => {
	expect(manifest.scripts?.start).toContain(' --max-semi-space-size=16 ');
});

test('the start hands its process to Node: a signal to npm reaches the server', () => {
	expect(manifest.scripts?.start).toMatch(/^exec node /);
});

test('the continuous check runs the test command of the README', () => {
	const command = 'npm ci && npm test';
	expect(read('README.md')).toContain(command);
	expect(read('.ci/run')).toContain(command);
});
