import { expect, test } from 'vitest';
import ts from 'typescript';
import { nodesOf, placeOf, product, type SourceFile } from './code.ts';
import { modules } from './modules.ts';

/** Where the outside may be asked although the place is pure, and why. */
const allowed: Record<string, Record<string, string>> = {
	'src/core/ids.ts': {
		'new Date()': 'the time inside an id orders rows and decides nothing; most callers give it'
	},
	'src/core/random.ts': { crypto: 'ids, keys and codes are random by nature' }
};

/** What a pure file may not ask: the clock, chance, the process, the network, timers. */
const outside = new Set([
	'process',
	'fetch',
	'crypto',
	'setTimeout',
	'setInterval',
	'setImmediate',
	'performance',
	'localStorage',
	'document',
	'window'
]);

function asked(node: ts.Node): string | null {
	if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
	if (ts.isPropertyAccessExpression(node)) {
		const text = node.getText();
		if (text === 'Date.now' || text === 'Math.random') return text;
		if (node.expression.getText() === 'globalThis' && outside.has(node.name.text)) return node.name.text;
	}
	if (ts.isIdentifier(node) && outside.has(node.text)) {
		const { parent } = node;
		const isName =
			(ts.isPropertyAccessExpression(parent) && parent.name === node) ||
			(ts.isPropertyAssignment(parent) && parent.name === node) ||
			(ts.isPropertySignature(parent) && parent.name === node);
		if (!isName) return node.text;
	}
	return null;
}

const asksOf = (file: SourceFile): [string, string][] =>
	[...nodesOf(file.tree)].flatMap((node) => {
		const what = asked(node);
		return what && !allowed[file.path]?.[what] ? [[what, placeOf(file, node)] as [string, string]] : [];
	});

const pureModules = modules.filter(({ pure }) => pure).map(({ name }) => name);
const isPure = (path: string): boolean =>
	path.startsWith('src/core/') ||
	(pureModules.some((name) => path.startsWith(`src/modules/${name}/`)) && !/\.server\.ts$|\.svelte$/.test(path));

test('core and the pure modules ask neither the clock nor chance nor anything outside', () => {
	expect(product.filter(({ path }) => isPure(path)).flatMap(asksOf)).toEqual([]);
});

test('core and the pure modules import nothing that does', () => {
	const harmless = /^(zod|zod\/mini|@noble\/hashes(\/.*)?)$/;
	const wrong = product
		.filter(({ path }) => isPure(path))
		.flatMap(({ path, imports }) =>
			imports
				.filter(({ specifier, target }) =>
					target === null ? !harmless.test(specifier) : /^src\/(platform|wiring|client|routes)\//.test(target)
				)
				.map(({ specifier, line }) => `${path}:${line} → ${specifier}`)
		);
	expect(wrong).toEqual([]);
});

test('a module never reads the clock: whoever calls says what time it is', () => {
	const clocks = new Set(['new Date()', 'Date.now']);
	const reads = product
		.filter(({ path }) => path.startsWith('src/modules/') && path.endsWith('.ts'))
		.flatMap(asksOf)
		.filter(([what]) => clocks.has(what) || what === 'Math.random');
	expect(reads).toEqual([]);
});
