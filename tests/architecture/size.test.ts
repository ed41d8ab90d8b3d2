import { expect, test } from 'vitest';
import ts from 'typescript';
import { nodesOf, placeOf, product, testFiles, type SourceFile } from './code.ts';

const mostLines = 500;
const mostLinesOfAFunction = 70;

/** Longer all the same, and why. */
const longFiles: Record<string, string> = {};
const longFunctions: Record<string, string> = {
	'src/wiring/demo/vouchers.ts demoVouchers': 'a list, one voucher after the other'
};

const linesOf = (text: string): number => text.trimEnd().split('\n').length;

test(`no file is longer than ${mostLines} lines`, () => {
	const long = [...product, ...testFiles].filter(({ path, text }) => linesOf(text) > mostLines && !longFiles[path]);
	expect(long.map(({ path, text }) => `${path}: ${linesOf(text)}`)).toEqual([]);
});

const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
	ts.isFunctionDeclaration(node) ||
	ts.isMethodDeclaration(node) ||
	ts.isFunctionExpression(node) ||
	ts.isArrowFunction(node) ||
	ts.isConstructorDeclaration(node);

function nameOf(node: ts.FunctionLikeDeclaration): string {
	if (node.name) return node.name.getText();
	const { parent } = node;
	return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
		? parent.name.getText()
		: 'a nameless function';
}

function longOf(file: SourceFile): string[] {
	return [...nodesOf(file.tree)].filter(isFunction).flatMap((node) => {
		const lines = linesOf(node.getText(file.tree));
		const name = nameOf(node);
		return lines > mostLinesOfAFunction && !longFunctions[`${file.path} ${name}`]
			? [`${placeOf(file, node)} ${name}: ${lines}`]
			: [];
	});
}

test(`no function is longer than ${mostLinesOfAFunction} lines`, () => {
	expect(product.flatMap(longOf)).toEqual([]);
});

test('no exception is kept that nothing needs', () => {
	const files = new Map([...product, ...testFiles].map(({ path, text }) => [path, linesOf(text)]));
	expect(Object.keys(longFiles).filter((path) => (files.get(path) ?? 0) <= mostLines)).toEqual([]);
});
