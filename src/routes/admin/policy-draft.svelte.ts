import { invalidate } from '$app/navigation';
import type { Api } from '#client/trpc.ts';
import { m } from '#messages';
import { toast } from '#ui/toasts.svelte.ts';
import { Deed, type Doing } from './deed.svelte.ts';

interface About<Draft, Policy> {
	/** what is saved at present: as it is typed, and its version */
	saved: () => { draft: Draft; version: number };
	/** what is typed, as it is sent */
	policyOf: (draft: Draft) => Policy;
	write: (api: Api, input: { key: string; version: number; policy: Policy }) => Promise<{ version: number }>;
	/** what the page's load depends on */
	depends: string;
	/** codes of refusals: somebody else saved first; a field is wrong, which is said there */
	changed: string;
	form: string;
	/** said when it is saved */
	done?: () => string;
}

/** Such settings as the page around their fields sees them. */
export interface EditedPolicy {
	readonly version: number;
	readonly dirty: boolean;
	readonly changedMeanwhile: boolean;
	readonly problem: string | null;
	readonly save: Doing;
	submit(): Promise<void>;
	reload(): Promise<void>;
}

/** What was typed and is no number goes as one that no range holds, so that it is refused beside its field. */
function sendable<Value>(value: Value): Value {
	if (typeof value === 'number' && Number.isNaN(value)) return -1 as Value;
	if (Array.isArray(value)) return value.map(sendable) as Value;
	if (value === null || typeof value !== 'object' || value instanceof Date) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sendable(inner)])) as Value;
}

/**
 * Settings of the house that two managers may edit: what is typed, whether that differs from what is saved, and what
 * became of saving it. The second to save is told, and nothing of the first is lost.
 */
export class PolicyDraft<Draft, Policy> implements EditedPolicy {
	draft = $state() as Draft;
	version = $state(0);
	readonly save: Deed<{ version: number; policy: Policy }, { version: number }>;
	readonly #about: About<Draft, Policy>;
	#first = $state('');

	constructor(about: About<Draft, Policy>) {
		this.#about = about;
		this.save = new Deed((api, input) => about.write(api, input));
		this.#begin();
	}

	get dirty(): boolean {
		return JSON.stringify(this.draft) !== this.#first;
	}

	get changedMeanwhile(): boolean {
		return this.save.refusal?.code === this.#about.changed;
	}

	/** what went wrong and has no place beside a field */
	get problem(): string | null {
		return this.changedMeanwhile || this.save.refusal?.code === this.#about.form ? null : this.save.problem;
	}

	/** what is wrong with a field, by its path */
	about(field: string): string | null {
		return this.save.refusal?.details.field === field ? this.save.problem : null;
	}

	async submit(): Promise<void> {
		const { policyOf, done = m.admin_saved, depends } = this.#about;
		const saved = await this.save.go({ version: this.version, policy: sendable(policyOf(this.draft)) });
		if (!saved) return;
		this.version = saved.answer.version;
		this.#first = JSON.stringify(this.draft);
		toast(done(), { tone: 'good' });
		await invalidate(depends);
	}

	/** Shows what somebody else saved, in place of what is typed here. */
	async reload(): Promise<void> {
		await invalidate(this.#about.depends);
		this.save.clear();
		this.#begin();
	}

	#begin(): void {
		const { draft, version } = this.#about.saved();
		this.draft = draft;
		this.version = version;
		this.#first = JSON.stringify(draft);
	}
}
