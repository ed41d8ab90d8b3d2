/** What has to be undone at the end, however that comes: last made, first undone, each once. */
export class Ending {
	readonly #steps: { what: string; undo: () => Promise<unknown> }[] = [];
	readonly #abort = new AbortController();
	#ended: Promise<void> | undefined;

	/** aborted as soon as the end has begun */
	get signal(): AbortSignal {
		return this.#abort.signal;
	}

	add(what: string, undo: () => Promise<unknown>): void {
		this.#steps.push({ what, undo });
	}

	/** Undoes everything. What cannot be undone is told and does not keep the rest from it. */
	end(): Promise<void> {
		return (this.#ended ??= this.#undo());
	}

	async #undo(): Promise<void> {
		this.#abort.abort();
		for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
			try {
				await step.undo();
			} catch (error) {
				process.stderr.write(`${step.what} could not be cleared: ${(error as Error).message}\n`);
			}
		}
	}

	/** Ctrl-C and its kin: everything is undone, then the process ends. */
	onSignals(): void {
		for (const [name, number] of [['SIGINT', 2] as const, ['SIGTERM', 15] as const, ['SIGHUP', 1] as const])
			process.on(name, () => {
				if (!this.signal.aborted) process.stderr.write('\nClearing up …\n');
				void this.end().then(() => process.exit(128 + number));
			});
	}
}
