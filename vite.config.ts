import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Compiles the messages: one module for each, since refusals are gathered by their names. Checkers read its JSDoc. */
const messages = () =>
	paraglideVitePlugin({
		project: './project.inlang',
		outdir: './src/paraglide',
		outputStructure: 'message-modules',
		strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
		cookieName: 'locale'
	});

export default defineConfig({
	// `npm test` compiles them once, not anew for each of its checks: that takes a core for twenty seconds.
	plugins: [tailwindcss(), ...(process.env.PARETO_MESSAGES === 'compiled' ? [] : [messages()]), sveltekit()],
	test: {
		include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
		environment: 'node',
		globalSetup: ['tests/support/postgres.ts'],
		// Files share a process, and with it what they import: loading that anew for each was a third of the time. Each
		// closes what the app opened for it (tests/support/database.ts).
		isolate: false,
		// Where there are two cores, too: tests wait for the database half of their time.
		maxWorkers: Math.max(2, availableParallelism() - 1),
		// A busy machine may be slow to show what a test waits for; it says nothing about speed.
		expect: { poll: { timeout: 10_000 } },
		testTimeout: 30_000,
		hookTimeout: 60_000
	}
});
