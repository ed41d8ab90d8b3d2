import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exists, product, project, sources, throughDoor, zoneOf, type Import, type SourceFile } from './code.ts';
import { moduleNames, modules } from './modules.ts';

interface Step {
	file: SourceFile;
	it: Import;
	from: string;
	to: string;
}

/** Every import from one of our files to another, with the zones of both. */
const steps: readonly Step[] = product.flatMap((file) =>
	file.imports
		.filter(({ target }) => target !== null && !target.endsWith('/$types'))
		.map((it) => ({ file, it, from: zoneOf(file.path), to: zoneOf(it.target ?? '') }))
);

const tell = ({ file, it }: Step): string => `${file.path}:${it.line} → ${it.specifier}`;
const isModule = (zone: string): boolean => zone.startsWith('modules/');
/** Made by paraglide: the words and the language, which everybody who speaks to people may use. */
const isWords = (zone: string): boolean => zone === 'paraglide';
const frontDoor = /^src\/modules\/[^/]+\/(index\.ts|[A-Z]\w*\.svelte)$/;

/** Who may import which zone. Modules among themselves are held by their own table below. */
const mayImport: Record<string, (step: Step) => boolean> = {
	// The types of kit's locals.
	'app.d.ts': ({ it }) => it.typeOnly,
	core: ({ to }) => to === 'core',
	ui: ({ to }) => ['ui', 'core'].includes(to) || isWords(to),
	platform: ({ to }) => ['platform', 'core'].includes(to),
	client: ({ to, it }) =>
		['client', 'core', 'ui'].includes(to) ||
		isWords(to) ||
		(isModule(to) && frontDoor.test(it.target ?? '')) ||
		(to === 'wiring' && it.typeOnly),
	routes: ({ file, to, it }) =>
		['routes', 'ui', 'client', 'core', 'app.css'].includes(to) ||
		isWords(to) ||
		(isModule(to) && frontDoor.test(it.target ?? '')) ||
		// The routes that are machinery themselves: the API, live streams, the page of unsent mail, the health of the server.
		(/\/(\+server|\+page\.server)\.ts$/.test(file.path) && ['wiring', 'platform'].includes(to)),
	'service-worker': ({ to }) => ['service-worker', 'core'].includes(to),
	hooks: ({ to }) => ['wiring', 'platform', 'core', 'client'].includes(to) || isWords(to),
	wiring: ({ to }) => to !== 'routes' && to !== 'client',
	module: ({ from, to }) => to === from || isModule(to) || ['core', 'platform', 'ui'].includes(to) || isWords(to)
};

test('every import of ours leads to a file that exists', () => {
	const lost = steps.filter(({ to }) => !isWords(to));
	expect(lost.filter(({ it }) => !exists(it.target ?? '')).map(tell)).toEqual([]);
});

test('every zone imports only what it may', () => {
	const wrong = steps.filter((step) => {
		const rule = mayImport[isModule(step.from) ? 'module' : step.from];
		return rule ? !rule(step) : true;
	});
	expect(wrong.map(tell)).toEqual([]);
});

describe('modules', () => {
	test('every folder has its row, and every row its folder', () => {
		const folders = readdirSync(join(project, 'src/modules'), { withFileTypes: true });
		const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
		expect(names.sort()).toEqual([...moduleNames].sort());
	});

	test('the table goes from the ground up', () => {
		for (const [index, { name, imports }] of modules.entries()) {
			const before = moduleNames.slice(0, index);
			expect(
				imports.filter((other) => !before.includes(other)),
				`${name} imports what comes later`
			).toEqual([]);
		}
	});

	test('a module imports only the modules that its row names', () => {
		const wrong = steps.filter(({ from, to }) => {
			if (!isModule(from) || !isModule(to) || from === to) return false;
			const row = modules.find(({ name }) => `modules/${name}` === from);
			return !row?.imports.includes(to.slice('modules/'.length));
		});
		expect(wrong.map(tell)).toEqual([]);
	});

	test('a row names nothing that the module does without', () => {
		const idle = modules.flatMap(({ name, imports }) =>
			imports
				.filter((other) => !steps.some(({ from, to }) => from === `modules/${name}` && to === `modules/${other}`))
				.map((other) => `${name} does not need ${other}`)
		);
		expect(idle).toEqual([]);
	});

	test('only their doors are used from outside', () => {
		const doors: [RegExp, (step: Step) => boolean][] = [
			[/\/index\.ts$|\/[A-Z]\w*\.svelte$/, () => true],
			[/\/server\.ts$/, ({ from }) => isModule(from) || from === 'wiring'],
			// For foreign keys and for joins, one query per screen; who writes them is held by writes.test.ts.
			[/\/tables\.server\.ts$/, ({ from }) => isModule(from) || from === 'wiring'],
			[/\/router\.server\.ts$/, ({ from }) => from === 'wiring']
		];
		const wrong = steps.filter((step) => {
			if (!isModule(step.to) || step.from === step.to) return false;
			const door = doors.find(([shape]) => shape.test(step.it.target ?? ''));
			return !door?.[1](step) || !step.it.specifier.startsWith('#');
		});
		expect(wrong.map(tell)).toEqual([]);
	});

	test('their doors in package.json lead where the names say', () => {
		for (const name of moduleNames) {
			const folder = `src/modules/${name}`;
			for (const [door, file] of [
				['', 'index.ts'],
				['/server', 'server.ts'],
				['/tables', 'tables.server.ts'],
				['/router', 'router.server.ts']
			]) {
				if (exists(`${folder}/${file}`)) expect(throughDoor(`#${name}${door}`)).toBe(`${folder}/${file}`);
			}
		}
	});

	test('a front door lists what it shows: no export *', () => {
		const open = product.filter(({ path }) => /^src\/modules\/[^/]+\/(index|server)\.ts$/.test(path));
		expect(open.filter(({ script }) => /export\s+\*/.test(script)).map(({ path }) => path)).toEqual([]);
	});

	test('a front door says what the module owns, promises and never does', () => {
		const doors = product.filter(({ path }) => /^src\/modules\/[^/]+\/index\.ts$/.test(path));
		const silent = doors.filter(({ text }) => !['Owns', 'Promises', 'Never'].every((word) => text.includes(word)));
		expect(silent.map(({ path }) => path)).toEqual([]);
	});
});

test('no file imports itself in a circle', () => {
	const next = new Map(
		sources.map(({ path, imports }) => [
			path,
			imports.filter(({ target, typeOnly }) => target !== null && !typeOnly).map(({ target }) => target ?? '')
		])
	);
	const circles: string[] = [];
	const done = new Set<string>();
	const visit = (path: string, way: string[]): void => {
		const at = way.indexOf(path);
		if (at >= 0) return void circles.push([...way.slice(at), path].join(' → '));
		if (done.has(path)) return;
		for (const target of next.get(path) ?? []) visit(target, [...way, path]);
		done.add(path);
	};
	for (const path of next.keys()) visit(path, []);
	expect(circles).toEqual([]);
});

test('what belongs to the server is named so: a browser’s file imports no *.server.ts, no node: and no database', () => {
	const forBrowsers = product.filter(
		({ path }) =>
			/^src\/(core|ui|client|service-worker)\//.test(path) ||
			path.endsWith('.svelte') ||
			/^src\/modules\/[^/]+\/index\.ts$/.test(path)
	);
	const wrong = forBrowsers.flatMap((file) =>
		file.imports
			.filter(({ typeOnly }) => !typeOnly)
			.filter(
				({ specifier, target }) =>
					target?.includes('.server.') || /^(node:|drizzle-orm|postgres$|pg-boss|nodemailer)/.test(specifier)
			)
			.map((it) => `${file.path}:${it.line} → ${it.specifier}`)
	);
	expect(wrong).toEqual([]);
});

test.each(['src/wiring/start/main.server.ts', 'src/wiring/audit.ts'])(
	'%s needs nothing that only a build makes: it runs before there is one',
	(entry) => {
		const files = new Map(sources.map((file) => [file.path, file]));
		const ways = new Map([[entry, entry]]);
		for (const [path, way] of ways)
			for (const { target, typeOnly, lazy } of files.get(path)?.imports ?? [])
				if (target && !typeOnly && !lazy && !ways.has(target)) ways.set(target, `${way} → ${target}`);
		expect(ways.size).toBeGreaterThan(50);
		const made = [...ways].filter(([path]) => path.startsWith('src/paraglide/') || path.endsWith('.svelte'));
		expect(made.map(([, way]) => way)).toEqual([]);
	}
);
