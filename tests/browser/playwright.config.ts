import { defineConfig } from '@playwright/test';
import { chromium } from '../support/chromium.ts';

const { executablePath, env, args } = await chromium();
const report = process.env.PLAYWRIGHT_JSON_OUTPUT_NAME;

export default defineConfig({
	testDir: '.',
	testMatch: '**/*.browser.ts',
	outputDir: '../../test-results',
	// One demo shop for all of them, started by the setup: each file finds its own members and codes in it.
	globalSetup: './setup.ts',
	workers: 2,
	// Patience for a busy machine: nothing here says how fast the product is.
	timeout: 120_000,
	expect: { timeout: 10_000 },
	forbidOnly: Boolean(process.env.CI),
	reporter: report ? [['list'], ['json', { outputFile: report }]] : 'list',
	use: {
		browserName: 'chromium',
		locale: 'en-GB',
		timezoneId: 'Europe/Vienna',
		trace: 'retain-on-failure',
		screenshot: 'only-on-failure',
		launchOptions: { executablePath, args, env: { ...(process.env as Record<string, string>), ...env } }
	}
});
