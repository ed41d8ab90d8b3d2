import { expect, test } from 'vitest';
import { product } from './code.ts';

/** Parts of the kit that stand in the style guide inside of others, or cannot stand there, and why. */
const notShown: Record<string, string> = {
	'src/ui/FieldFrame.svelte': 'inside of every field and list of choices',
	'src/ui/charts/ChartFrame.svelte': 'inside of every chart',
	'src/ui/Threshold.svelte': 'a whole page with its own main part; signing in shows it',
	'src/ui/ToastRegion.svelte': 'on every page; the buttons for toasts fill it'
};

const shown = new Set(
	product
		.filter(({ path }) => path.startsWith('src/routes/styleguide/'))
		.flatMap(({ imports }) => imports.map(({ target }) => target))
);
const parts = product.map(({ path }) => path).filter((path) => /^src\/ui\/.*\.svelte$/.test(path));

test('every part of the kit stands in the style guide, so that it can be looked at with its states', () => {
	expect(parts.filter((path) => !shown.has(path) && !notShown[path])).toEqual([]);
});

test('a reason is given only for what is not shown', () => {
	expect(Object.keys(notShown).filter((path) => shown.has(path) || !parts.includes(path))).toEqual([]);
});
