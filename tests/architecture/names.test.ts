import { expect, test } from 'vitest';
import { product, testFiles } from './code.ts';

const everything = [...product, ...testFiles].map(({ path }) => path);

test('no file is named after a drawer', () => {
	const drawer = /(^|[/.-])(utils?|helpers?|types|common|services?|managers?|repositor(y|ies)|misc|stuff)([/.-]|$)/i;
	expect(everything.filter((path) => drawer.test(path))).toEqual([]);
});

test('files are kebab-case.ts, components are Component.svelte', () => {
	const good = /^(\+[a-z.-]+|[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*)\.(ts|js|svelte)$|^[A-Z][A-Za-z0-9]*\.svelte$/;
	expect(everything.filter((path) => !good.test(path.split('/').at(-1) ?? ''))).toEqual([]);
	const components = product.filter(({ path }) => /^src\/(ui|modules)\/.*\.svelte$/.test(path));
	expect(components.filter(({ path }) => !/\/[A-Z]\w*\.svelte$/.test(path)).map(({ path }) => path)).toEqual([]);
});

test('nothing is left undone, skipped or alone in the tests', () => {
	const mark = new RegExp(['TO', 'DO|FIX', 'ME|\\b(?:test|describe|it)\\.(?:skip|only|todo)\\('].join(''));
	const marked = [...product, ...testFiles].flatMap(({ path, text }) =>
		text.split('\n').flatMap((line, index) => (mark.test(line) ? [`${path}:${index + 1}`] : []))
	);
	expect(marked).toEqual([]);
});

test('every test of ours is found by the runner', () => {
	const lost = everything.filter((path) => /\.(spec|tests)\.ts$/.test(path));
	expect(lost).toEqual([]);
});
