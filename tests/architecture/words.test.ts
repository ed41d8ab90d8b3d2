import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { languages } from '#core/languages';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { nodesOf, placeOf, product, project } from './code.ts';

const places = ['common', 'refusals', 'wallet', 'till', 'admin'];

type Message = string | { match?: Record<string, string>; [key: string]: unknown }[];

const read = (language: string, place: string): Record<string, Message> =>
	JSON.parse(readFileSync(join(project, 'src/messages', language, `${place}.json`), 'utf8'));

const all = Object.fromEntries(
	languages.map((language) => [language, Object.assign({}, ...places.map((place) => read(language, place)))])
) as Record<string, Record<string, Message>>;

/** The names in braces, wherever a message has them. */
function placeholdersOf(message: Message | undefined): string[] {
	const texts =
		typeof message === 'string' ? [message] : (message ?? []).flatMap(({ match }) => Object.values(match ?? {}));
	return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')))].sort();
}

describe('messages', () => {
	test.each(places)('%s has the same keys in every language', (place) => {
		const english = Object.keys(read('en', place)).sort();
		for (const language of languages) expect(Object.keys(read(language, place)).sort(), language).toEqual(english);
	});

	test('no key stands in two files', () => {
		const keys = places.flatMap((place) => Object.keys(read('en', place)));
		expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
	});

	test('a name of people or goods keeps its own direction in a Persian sentence', () => {
		const foreign = /(?<!\u2068)\{(?:name|title|store|device|file|column|group|product|field|programme)\}/u;
		const bare = Object.entries(all.fa ?? {})
			// A subject line is set by the reader's own mail program, and shows such marks as boxes in some.
			.filter(([key, message]) => !key.startsWith('mail_') && foreign.test(JSON.stringify(message)))
			.map(([key]) => key);
		expect(bare).toEqual([]);
	});

	test('a message needs the same facts in every language', () => {
		const different = Object.keys(all.en ?? {}).flatMap((key) => {
			const wanted = placeholdersOf(all.en?.[key]).join();
			return languages
				.filter((language) => placeholdersOf(all[language]?.[key]).join() !== wanted)
				.map((language) => `${language}: ${key} wants ${placeholdersOf(all[language]?.[key])}, English ${wanted}`);
		});
		expect(different).toEqual([]);
	});

	test('no message is empty, and none was left in English', () => {
		const script: Record<string, RegExp> = {
			ru: /\p{Script=Cyrillic}/u,
			zh: /\p{Script=Han}/u,
			fa: /\p{Script=Arabic}/u
		};
		/** The same in all languages: names, codes, patterns without a word. */
		const universal = /^(?:[^\p{L}]|\{\w+\}|Pareto|PIN|QR|CSV|OK|API|SMTP|ID|kg|POS)*$/u;
		const left = languages.flatMap((language) =>
			Object.entries(all[language] ?? {})
				.map(([key, message]) => [key, typeof message === 'string' ? message : JSON.stringify(message)] as const)
				.filter(
					([key, text]) =>
						key !== '$schema' &&
						(text.trim() === '' || (script[language] && !script[language].test(text) && !universal.test(text)))
				)
				.map(([key, text]) => `${language}: ${key}: ${text}`)
		);
		expect(left).toEqual([]);
	});
});

/** Every action that is written into the audit trail: literals, so that their words can be looked for here. */
const actions = product
	// An import names the action that its confirmation will write.
	.filter(({ path, text }) => /keepTrail\(|: ImportKind = /.test(text) && !path.startsWith('src/platform/'))
	.flatMap((file) =>
		[...nodesOf(file.tree)].flatMap((node) => {
			if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'action') return [];
			const action = ts.isStringLiteral(node.initializer) ? node.initializer.text : null;
			return [{ action, place: placeOf(file, node) }];
		})
	);

describe('the audit trail', () => {
	test('has words for every action, and for the kinds of things that actions are about', () => {
		expect(actions.length).toBeGreaterThan(0);
		expect(actions.filter(({ action }) => action === null)).toEqual([]);
		const wanted = actions.flatMap(({ action }) => [
			`trail_${(action ?? '').replace('.', '_')}`,
			`trail_area_${(action ?? '').split('.')[0]}`
		]);
		expect([...new Set(wanted)].filter((key) => !(key in (all.en ?? {})))).toEqual([]);
	});
});

/** The codes of every `declareRefusals({ … })`, read from the code: nothing has to be loaded for it. */
const declared = product.flatMap((file) =>
	[...nodesOf(file.tree)].flatMap((node) => {
		if (!ts.isCallExpression(node) || node.expression.getText() !== 'declareRefusals') return [];
		const [kinds] = node.arguments;
		if (!kinds || !ts.isObjectLiteralExpression(kinds)) return [{ code: null, place: placeOf(file, node) }];
		return kinds.properties.map((property) => ({
			code: property.name && ts.isStringLiteral(property.name) ? property.name.text : null,
			place: placeOf(file, property)
		}));
	})
);

describe('refusals', () => {
	const codes = declared.map(({ code }) => code).filter((code) => code !== null);
	const keyOf = (code: string): string => `refusal_${code.replaceAll('.', '_')}`;

	test('codes are written out where they are declared', () => {
		expect(declared.filter(({ code }) => code === null)).toEqual([]);
		expect(codes.length).toBeGreaterThan(50);
	});

	test('a code is declared once', () => {
		expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
	});

	test('every code has its sentence in every language', () => {
		const silent = languages.flatMap((language) =>
			codes.filter((code) => !all[language]?.[keyOf(code)]).map((code) => `${language}: ${keyOf(code)}`)
		);
		expect(silent).toEqual([]);
	});

	test('every sentence belongs to a code', () => {
		const keys = new Set(codes.map(keyOf));
		expect(Object.keys(read('en', 'refusals')).filter((key) => key.startsWith('refusal_') && !keys.has(key))).toEqual(
			[]
		);
	});
});

interface Node {
	type: string;
	name?: string;
	data?: string;
	start: number;
	[key: string]: unknown;
}

/** Text that people see without a message: pages of developers, and names that are no words. */
const mayspeak = [/^src\/routes\/styleguide\//, /^src\/routes\/dev\//];
const spokenAttributes = new Set(['aria-label', 'title', 'alt', 'placeholder', 'label']);
const names = /^(?:[^\p{L}]|Pareto|PIN|QR|English|Русский|中文|简体中文|فارسی)*$/u;

/** Texts between tags and in the attributes that are read out; what sets a style or a class is nobody's to read. */
function* visibleTexts(node: Node): Generator<[string, number]> {
	if (node.type === 'Text' && typeof node.data === 'string' && !names.test(node.data))
		yield [node.data.trim(), node.start];
	if (node.type === 'Attribute' && !spokenAttributes.has(node.name ?? '')) return;
	if (node.type.endsWith('Directive') || ['style', 'script', 'code'].includes(node.name ?? '')) return;
	for (const [key, value] of Object.entries(node)) {
		if (['parent', 'metadata', 'css', 'instance', 'module'].includes(key)) continue;
		for (const child of Array.isArray(value) ? value : [value])
			if (child && typeof child === 'object' && typeof (child as Node).type === 'string')
				yield* visibleTexts(child as Node);
	}
}

test('what people read comes from the messages, never from the markup', () => {
	const spoken = product
		.filter(({ path }) => path.endsWith('.svelte') && !mayspeak.some((place) => place.test(path)))
		.flatMap(({ path, text }) =>
			[...visibleTexts(parse(text, { modern: true }).fragment as unknown as Node)].map(
				([words, at]) => `${path}:${text.slice(0, at).split('\n').length} ${words}`
			)
		);
	expect(spoken).toEqual([]);
});

test('the words are where the settings of the compiler look', () => {
	const settings = JSON.parse(readFileSync(join(project, 'project.inlang/settings.json'), 'utf8')) as {
		locales: string[];
		modules: string[];
	};
	expect([...settings.locales].sort()).toEqual([...languages].sort());
	for (const module of settings.modules) expect(existsSync(join(project, module)), module).toBe(true);
});
