import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [
		tailwindcss(),
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/paraglide',
			// Also in development and tests: refusals are gathered from one module per message.
			outputStructure: 'message-modules',
			strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
			cookieName: 'locale',
			emitTsDeclarations: true
		}),
		sveltekit()
	],
	test: {
		include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
		environment: 'node',
		globalSetup: ['tests/support/postgres.ts'],
		// Files share a process, and with it what they import: loading that anew for each was a third of the time. Each
		// closes what the app opened for it (tests/support/database.ts).
		isolate: false,
		testTimeout: 30_000,
		hookTimeout: 60_000
	}
});
