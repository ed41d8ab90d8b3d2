import { builtinRules } from 'eslint/use-at-your-own-risk';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from '../../svelte.config.js';

/** What eslint itself recommends, without the package that only lists it. */
const recommended = [...builtinRules]
	.filter(([, rule]) => rule.meta?.docs?.recommended)
	.map(([name]) => [name, 'error']);

export default ts.config(
	{ ignores: ['node_modules/', 'build/', '.svelte-kit/', '.pareto/', 'src/paraglide/', 'test-results/'] },
	{ rules: Object.fromEntries(recommended) },
	ts.configs.recommended,
	svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.node, ...globals.browser } },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			// The compiler finds these, and knows types.
			'no-undef': 'off',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }
			],
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-var': 'error',
			'prefer-const': 'error',
			'no-console': 'error',
			'object-shorthand': 'error'
		}
	},
	{
		// A promise that nobody waits for is a write that nobody sees fail.
		files: ['src/**/*.ts'],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			'@typescript-eslint/no-floating-promises': ['error'],
			'@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
		rules: {
			// `let { a, b = $bindable() } = $props()` is one declaration.
			'prefer-const': 'off',
			'svelte/prefer-const': ['error', { destructuring: 'all' }],
			// The app has no base path, and svelte-check judges the ignores.
			'svelte/no-navigation-without-resolve': 'off',
			'svelte/no-unused-svelte-ignore': 'off'
		}
	},
	{
		// Programs of the terminal speak to it.
		files: ['tests/**/*.ts', 'src/wiring/start/*', 'src/**/*.bench.ts'],
		rules: { 'no-console': 'off' }
	}
);
