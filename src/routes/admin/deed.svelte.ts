import { newId } from '#core/ids';
import { api, isNetworkTrouble, refusalOf, requestIdOf, type Api, type ApiRefusal } from '#client/trpc.ts';
import { m } from '#messages';

/** A write as a form sees it. */
export interface Doing {
	readonly busy: boolean;
	readonly problem: string | null;
	readonly refusal: ApiRefusal | null;
	clear(): void;
}

/**
 * One kind of write of a screen: busy while it runs, then done or refused. Its idempotency key outlives a try that got no
 * answer, so that pressing again cannot do it twice; with other input it is another deed and gets another key.
 */
export class Deed<Input extends object, Answer> implements Doing {
	busy = $state(false);
	/** the sentence of what went wrong, for people */
	problem = $state<string | null>(null);
	refusal = $state.raw<ApiRefusal | null>(null);

	readonly #run: (api: Api, input: Input & { key: string }) => Promise<Answer>;
	#pending: { key: string; input: string } | null = null;

	constructor(run: (api: Api, input: Input & { key: string }) => Promise<Answer>) {
		this.#run = run;
	}

	/** @returns the answer, or null when it was refused or got none */
	async go(input: Input): Promise<{ answer: Answer } | null> {
		if (this.busy) return null;
		const text = JSON.stringify(input) ?? '';
		const key = this.#pending?.input === text ? this.#pending.key : newId('request');
		this.#pending = { key, input: text };
		this.busy = true;
		this.clear();
		try {
			const answer = await this.#run(api, { ...input, key });
			this.#pending = null;
			return { answer };
		} catch (error) {
			this.refusal = refusalOf(error);
			if (this.refusal) this.#pending = null;
			this.problem = sentenceOf(error, this.refusal);
			return null;
		} finally {
			this.busy = false;
		}
	}

	clear(): void {
		this.problem = null;
		this.refusal = null;
	}
}

/** What to say to people about a call that failed. */
function sentenceOf(error: unknown, refusal: ApiRefusal | null): string {
	if (refusal) return refusal.sentence ?? refusal.code;
	if (isNetworkTrouble(error)) return m.admin_no_answer();
	const id = requestIdOf(error);
	return id ? m.admin_unexpected({ id }) : m.common_error_text();
}
