import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The project's code as data: its files, and what each imports. */
export const project = resolve(import.meta.dirname, '..', '..');

export interface Import {
	/** as written */
	specifier: string;
	/** the project's file it leads to, or null for a package */
	target: string | null;
	/** gone after compiling */
	typeOnly: boolean;
	/** loaded when it is reached, not with the file */
	lazy: boolean;
	line: number;
}

export interface SourceFile {
	/** from the project's folder, with slashes */
	path: string;
	text: string;
	/** the script of a component, blank where its markup was: lines keep their numbers */
	script: string;
	tree: ts.SourceFile;
	imports: Import[];
}

const skipped = new Set(['node_modules', 'paraglide', '.svelte-kit', 'build', 'test-results']);

function walk(folder: string): string[] {
	return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path);
		return /\.(ts|js|svelte)$/.test(entry.name) ? [path] : [];
	});
}

/** Everything outside of the script blocks made blank. */
function scriptOf(component: string): string {
	const blank = (text: string) => text.replace(/[^\n]/g, ' ');
	let script = '';
	let at = 0;
	for (const match of component.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
		const begin = match.index + (match[1]?.length ?? 0);
		script += blank(component.slice(at, begin)) + (match[2] ?? '');
		at = begin + (match[2]?.length ?? 0);
	}
	return script + blank(component.slice(at));
}

const { imports: doors } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
	imports: Record<string, string>;
};

/** Where a package import leads: the exact name, else the pattern with the longest part before its star. */
export function throughDoor(specifier: string): string | null {
	const exact = doors[specifier];
	if (exact) return exact.slice(2);
	const fitting = Object.entries(doors)
		.map(([name, path]) => ({ path, start: name.split('*')[0] ?? '', end: name.split('*')[1] }))
		.filter(({ start, end }) => end !== undefined && specifier.startsWith(start) && specifier.endsWith(end))
		.sort((a, b) => b.start.length - a.start.length)[0];
	if (!fitting?.end && fitting?.end !== '') return null;
	const part = specifier.slice(fitting.start.length, specifier.length - fitting.end.length);
	return fitting.path.replace('*', part).slice(2);
}

function targetOf(specifier: string, from: string): string | null {
	if (specifier.startsWith('#')) return throughDoor(specifier) ?? `no door: ${specifier}`;
	if (!specifier.startsWith('.')) return null;
	return relative(project, resolve(project, dirname(from), specifier)).replaceAll('\\', '/');
}

function importsOf(tree: ts.SourceFile, path: string): Import[] {
	const found: Import[] = [];
	const add = (specifier: ts.Expression | undefined, typeOnly: boolean, node: ts.Node, lazy = false): void => {
		if (!specifier || !ts.isStringLiteralLike(specifier)) return;
		const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
		found.push({ specifier: specifier.text, target: targetOf(specifier.text, path), typeOnly, lazy, line });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node)) {
			const { importClause: clause } = node;
			const named =
				clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
			const onlyTypes = named.length > 0 && !clause?.name && named.every((element) => element.isTypeOnly);
			add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || onlyTypes, node);
		} else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, node);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
			add(node.argument.literal as ts.Expression, true, node);
		else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
			add(node.arguments[0], false, node, true);
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

function read(path: string): SourceFile {
	const text = readFileSync(join(project, path), 'utf8');
	const script = path.endsWith('.svelte') ? scriptOf(text) : text;
	const tree = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
	return { path, text, script, tree, imports: importsOf(tree, path) };
}

export const isTest = (path: string): boolean => /\.(test|bench|browser)\.ts$/.test(path) || path.startsWith('tests/');

/** Every file of `src`, tests beside the code included. */
export const sources: readonly SourceFile[] = walk('src').map(read);
/** What runs in the product. */
export const product: readonly SourceFile[] = sources.filter(({ path }) => !isTest(path));
export const testFiles: readonly SourceFile[] = [
	...sources.filter(({ path }) => isTest(path)),
	...walk('tests').map(read)
];

export const exists = (path: string): boolean => existsSync(join(project, path));

/** The zone of a path: `core`, `ui`, `platform`, `modules/ledger`, `routes`, … */
export function zoneOf(path: string): string {
	const [, zone = '', name = ''] = path.split('/');
	if (zone === 'modules') return `modules/${name}`;
	if (/^hooks\.(server|client)\.ts$/.test(zone)) return 'hooks';
	return zone;
}

/** Every node of a file's script. */
export function* nodesOf(tree: ts.SourceFile): Generator<ts.Node> {
	const waiting: ts.Node[] = [tree];
	for (let node = waiting.pop(); node; node = waiting.pop()) {
		yield node;
		ts.forEachChild(node, (child) => void waiting.push(child));
	}
}

export const placeOf = (file: SourceFile, node: ts.Node): string =>
	`${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1}`;
