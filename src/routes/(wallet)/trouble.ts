import { m } from '#messages';

/** What to tell a shopper about a call that failed: the refusal's own sentence, or that nothing was reached. */
export async function troubleText(error: unknown): Promise<string> {
	const { refusalOf } = await import('#client/trpc.ts');
	return refusalOf(error)?.sentence ?? m.wallet_trouble();
}
