import { expect, type Locator, test as base } from '@playwright/test';

export { expect };

/**
 * Tests in a real browser, on the app that the setup started. A script error on a page fails its test, whatever the
 * test looks at.
 */
export const test = base.extend<{ noScriptErrors: void }>({
	// eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from the pattern
	baseURL: async ({}, use) => {
		await use(process.env.PARETO_ADDRESS);
	},
	noScriptErrors: [
		async ({ context }, use) => {
			const errors: Error[] = [];
			context.on('weberror', (error) => errors.push(error.error()));
			await use();
			if (errors.length > 0) throw new AggregateError(errors, `script errors on the page: ${errors.join('; ')}`);
		},
		{ auto: true }
	]
});

/**
 * Presses a button as a person does: one that is pressed before the page's script has come does nothing, so it is pressed
 * again; but never once what it opens is there, however slowly that came.
 */
export async function pressUntil(button: Locator, opened: Locator): Promise<void> {
	await expect(async () => {
		if (!(await opened.isVisible())) await button.click({ timeout: 2000 });
		await expect(opened).toBeVisible({ timeout: 2000 });
	}).toPass({ timeout: 40_000 });
}
