import { defineConfig } from '@playwright/test';
import { chromium } from '../support/chromium.ts';

const { executablePath, env, args } = await chromium();
/** × as slow as this machine: see test.ts */
const slowness = Number(process.env.PARETO_SLOW ?? 1);
const report = process.env.PLAYWRIGHT_JSON_OUTPUT_NAME;

export default defineConfig({
	testDir: '.',
	testMatch: '**/*.browser.ts',
	outputDir: '../../test-results',
	// One demo shop for all of them, started by the setup: each file finds its own members and codes in it.
	globalSetup: './setup.ts',
	workers: 2,
	// Patience for a busy machine: nothing here says how fast the product is.
	timeout: 240_000 * slowness,
	expect: { timeout: 15_000 * slowness },
	forbidOnly: Boolean(process.env.CI),
	reporter: report ? [['list'], ['json', { outputFile: report }]] : 'list',
	use: {
		browserName: 'chromium',
		locale: 'en-GB',
		timezoneId: 'Europe/Vienna',
		// What moves is half there when it is looked at.
		contextOptions: { reducedMotion: 'reduce' },
		trace: 'retain-on-failure',
		screenshot: 'only-on-failure',
		launchOptions: { executablePath, args, env: { ...(process.env as Record<string, string>), ...env } }
	}
});
