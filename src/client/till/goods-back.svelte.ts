import type { Thousandths } from '#core/amounts';
import { newId } from '#core/ids';
import { returnOf, type ReturnQuote } from '#pricing';
import type { ReceiptLineView, ReceiptView, RefundTo, ReturnReason, ReturnView } from '#purchases';
import type { Paper } from './paper.ts';
import type { Exchanging } from './sale.svelte.ts';
import {
	wasJudged,
	type Approval,
	type PreviewedReturn,
	type ReturnRules,
	type SlipCode,
	type TillServer
} from './server.ts';

/** Goods that come back: a receipt, what of it, why. What that gives and takes is worked out here as on the server. */
export class GoodsBack {
	receipt = $state.raw<ReceiptView | null>(null);
	/** by line position, in thousandths */
	chosen = $state.raw<Record<number, Thousandths>>({});
	reasonKind = $state<ReturnReason | null>(null);
	/** in the cashier's words */
	reason = $state('');
	/** where money goes that would be handed back */
	refundTo = $state<RefundTo>('hand');
	/** what the house allows, and who may allow more; null: not known (yet) */
	rules = $state.raw<ReturnRules | null>(null);
	/** codes of new cards that lie in nobody's wallet: for the slip */
	codes = $state.raw<SlipCode[]>([]);
	busy = $state(false);
	/** what the server says it would do: it alone knows which points were spent meanwhile */
	preview = $state.raw<PreviewedReturn | null>(null);
	given = $state.raw<ReturnView | null>(null);
	/** sent, and not known whether it arrived */
	unsent = $state(false);

	readonly #server: TillServer;
	readonly #paper: Pick<Paper, 'keep'>;
	/** the idempotency key: made once per return, kept over retries */
	#key = newId('request');
	#asked = 0;

	/** @param paper keeps over a reload which slip is on the screen */
	constructor(server: TillServer, paper: Pick<Paper, 'keep'>) {
		this.#server = server;
		this.#paper = paper;
	}

	/** What the chosen lines give and take, from the receipt alone; null until there is one. */
	readonly quote: ReturnQuote | null = $derived.by(() => this.receipt && returnOf(this.receipt.lines, this.request));

	readonly isEmpty: boolean = $derived(Object.values(this.chosen).every((quantity) => quantity === 0));

	readonly nothingLeft: boolean = $derived(
		this.receipt !== null && this.receipt.lines.every((line) => line.returned >= line.quantity)
	);

	get request(): { position: number; quantity: Thousandths }[] {
		return Object.entries(this.chosen)
			.filter(([, quantity]) => quantity > 0)
			.map(([position, quantity]) => ({ position: Number(position), quantity }));
	}

	/** What the house allows; not being told changes nothing. */
	async learnRules(): Promise<void> {
		this.rules ??= await this.#server.returnRules().catch(() => null);
	}

	/**
	 * Opens the receipt with this number.
	 * @throws `receipt.unknown`
	 */
	async open(number: string): Promise<void> {
		this.busy = true;
		try {
			[this.receipt] = await Promise.all([this.#server.receipt(number), this.learnRules()]);
			this.chosen = {};
			this.preview = null;
		} finally {
			this.busy = false;
		}
	}

	left(line: ReceiptLineView): Thousandths {
		return line.quantity - line.returned;
	}

	/** How much of a line comes back; more than is left is what is left. */
	choose(line: ReceiptLineView, quantity: Thousandths): void {
		this.chosen = { ...this.chosen, [line.position]: Math.max(0, Math.min(quantity, this.left(line))) };
	}

	chooseAll(): void {
		for (const line of this.receipt?.lines ?? []) this.choose(line, this.left(line));
	}

	/** Asks the server what it would do. Without an answer the figures of the receipt stand; nothing is lost. */
	async look(): Promise<void> {
		const asked = ++this.#asked;
		const { receipt } = this;
		if (!receipt || this.isEmpty || this.given) {
			this.preview = null;
			return;
		}
		try {
			const wish = { receiptId: receipt.id, lines: this.request, reason: null, refundTo: this.refundTo };
			const preview = await this.#server.previewReturn(wish);
			if (asked === this.#asked) this.preview = preview;
		} catch {
			if (asked === this.#asked) this.preview = null;
		}
	}

	/** The chosen goods, to come back in exchange for others; null while it is not known what they give. */
	get exchanging(): Exchanging | null {
		const { receipt, preview } = this;
		if (!receipt || !preview || this.isEmpty) return null;
		const { needsApproval, ...given } = preview;
		return {
			request: {
				key: this.#key,
				receiptId: receipt.id,
				lines: this.request,
				reasonKind: this.reasonKind,
				reason: this.reason.trim() || null,
				refundTo: 'hand'
			},
			receiptNumber: receipt.number,
			lines: given.lines.flatMap(({ position, quantity, netCents }) => {
				const sold = receipt.lines.find((line) => line.position === position);
				return sold ? [{ name: sold.name, unit: sold.unit, quantity, cents: netCents }] : [];
			}),
			given,
			needsApproval,
			approvers: this.rules?.approvers ?? []
		};
	}

	/**
	 * Takes the goods back.
	 * @param approval somebody else's PIN, where the cashier may not do it alone
	 * @throws what the server refuses; then nothing happened and the choice may be changed
	 */
	async take(approval: Approval | null = null): Promise<void> {
		if (!this.receipt || this.isEmpty || this.busy) return;
		this.busy = true;
		const wasUnsent = this.unsent;
		this.unsent = false;
		try {
			const answer = await this.#server.takeBack({
				key: this.#key,
				receiptId: this.receipt.id,
				lines: this.request,
				reasonKind: this.reasonKind,
				reason: this.reason.trim() || null,
				refundTo: this.refundTo,
				agreedCents: this.preview?.refundCents ?? null,
				approval
			});
			this.codes = answer.codes;
			this.given = answer.given;
			const { number } = answer.given;
			if (number) this.#paper.keep({ kind: 'slip', number, keys: [this.#key] }, answer.codes);
		} catch (error) {
			// The same key goes with the same lines only: unsent, the choice is frozen; refused, it is free again.
			const trouble = this.#server.troubleOf(error);
			this.unsent = trouble.kind !== 'refused' || (wasUnsent && !wasJudged(trouble.refusal));
			throw error;
		} finally {
			this.busy = false;
		}
	}
}
