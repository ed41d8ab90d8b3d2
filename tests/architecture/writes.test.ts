import { expect, test } from 'vitest';
import ts from 'typescript';
import { nodesOf, placeOf, product, zoneOf, type SourceFile } from './code.ts';
import { modules } from './modules.ts';

interface Owned {
	/** in the database */
	table: string;
	/** the constant that holds it */
	constant: string;
	owner: string;
}

/** Every table with the zone that declares it. */
const tables: readonly Owned[] = product
	.filter(({ path }) => path.endsWith('tables.server.ts'))
	.flatMap((file) =>
		[...nodesOf(file.tree)].flatMap((node) => {
			if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isCallExpression(node.initializer)) return [];
			const { expression, arguments: args } = node.initializer;
			const [name] = args;
			if (!/^(pgTable|\w+\.table)$/.test(expression.getText()) || !name || !ts.isStringLiteral(name)) return [];
			return [{ table: name.text, constant: node.name.getText(), owner: zoneOf(file.path) }];
		})
	);

/** Who may write what is not theirs, and why. */
const allowed: Record<string, string> = {
	'src/wiring/demo/demo.server.ts': 'marks how far the demo shop has come, and clears away one that was cut off'
};

const writing =
	/\b(insert\s+into|update|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+(?:only\s+)?"?([a-z_]+)"?/gi;

/** Tables that a piece of SQL writes. `for update of x` and `on conflict do update set` write nothing else. */
function writtenBySql(text: string): string[] {
	const statement = text.replace(/\bfor\s+(no\s+key\s+)?update\b/gi, '').replace(/\bdo\s+update\s+set\b/gi, '');
	return [...statement.matchAll(writing)].map((match) => match[2] ?? '');
}

/** The first argument's table of `db.insert(x)`, `tx.update(x)`, `insertRows(sql, x, …)`. */
function writtenByCall(node: ts.CallExpression): string | null {
	const { expression, arguments: args } = node;
	const argument =
		ts.isPropertyAccessExpression(expression) && ['insert', 'update', 'delete'].includes(expression.name.text)
			? args[0]
			: expression.getText() === 'insertRows'
				? args[1]
				: undefined;
	return argument && ts.isIdentifier(argument) ? argument.text : null;
}

interface Write {
	place: string;
	table: Owned;
}

function writesOf(file: SourceFile): Write[] {
	const imported = new Map<string, string>();
	for (const { specifier, target } of file.imports)
		if (target?.endsWith('tables.server.ts')) imported.set(specifier, zoneOf(target));
	return [...nodesOf(file.tree)].flatMap((node) => {
		const names: Owned[] = [];
		if (ts.isCallExpression(node)) {
			const constant = writtenByCall(node);
			const owners = new Set(imported.values());
			names.push(...tables.filter((table) => table.constant === constant && owners.has(table.owner)));
		}
		if (
			ts.isStringLiteralLike(node) ||
			ts.isTemplateHead(node) ||
			ts.isTemplateMiddle(node) ||
			ts.isTemplateTail(node)
		) {
			const written = writtenBySql(node.text);
			names.push(...tables.filter(({ table }) => written.includes(table)));
		}
		return names.map((table) => ({ place: placeOf(file, node), table }));
	});
}

const writes = product.flatMap((file) =>
	writesOf(file).map((write) => ({ ...write, path: file.path, from: zoneOf(file.path) }))
);

test('every table is found, and has one owner', () => {
	expect(tables.length).toBeGreaterThan(20);
	expect(new Set(tables.map(({ table }) => table)).size).toBe(tables.length);
	// The search itself is alive: what the owners write is seen.
	for (const table of ['members', 'transfers', 'receipts', 'once_keys']) {
		expect(
			writes.some((write) => write.table.table === table),
			`nobody writes ${table}?`
		).toBe(true);
	}
});

test('a table is written by its owner alone', () => {
	const foreign = writes.filter(({ path, from, table }) => from !== table.owner && !allowed[path]);
	expect(foreign.map(({ place, table }) => `${place} writes ${table.table} of ${table.owner}`)).toEqual([]);
});

test('what only reads writes nothing', () => {
	const readers = modules.filter(({ readsEverything }) => readsEverything).map(({ name }) => `modules/${name}`);
	expect(writes.filter(({ from }) => readers.includes(from)).map(({ place }) => place)).toEqual([]);
});

test('routes, screens and the client hold no SQL', () => {
	const statement = /\b(select\s[\s\S]+\sfrom|insert\s+into|delete\s+from|update\s+\w+\s+set)\s/i;
	const wrong = product
		.filter(({ path }) => /^src\/(routes|ui|client|core)\//.test(path))
		.flatMap((file) =>
			[...nodesOf(file.tree)]
				.filter(
					(node) => (ts.isNoSubstitutionTemplateLiteral(node) || ts.isStringLiteral(node)) && statement.test(node.text)
				)
				.map((node) => placeOf(file, node))
		);
	expect(wrong).toEqual([]);
});
