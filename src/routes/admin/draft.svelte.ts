import type { RefusalData } from '#core/refusal';

export interface FieldProblem {
	field: string;
	refusal: RefusalData;
}

/** A thing while somebody writes it: what is typed, and what was wrong when it was last looked at, by field. */
export abstract class Draft<Name extends string = string> {
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed after it was made; the field that holds it is the state
	problems = $state.raw<ReadonlyMap<Name, RefusalData>>(new Map());

	/** Everything that is typed: while it is what it was at first, nothing is lost by leaving. */
	abstract get typed(): unknown;

	/** Looks for everything that is wrong and can be known before it is sent. @returns whether there is nothing */
	check(): boolean {
		this.show([]);
		return true;
	}

	/** Puts problems beside their fields, the first of each. */
	show(problems: readonly FieldProblem[]): void {
		// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed after it was made; the field that holds it is the state
		const byField = new Map<Name, RefusalData>();
		for (const { field, refusal } of problems) if (!byField.has(field as Name)) byField.set(field as Name, refusal);
		this.problems = byField;
	}
}
