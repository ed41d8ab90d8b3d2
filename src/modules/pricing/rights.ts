import { must } from '#core/must';
import type { AppliedRight, Ask, Facts, QuotedLine, RefusedRight, Right, Step } from './contract.ts';
import { effectKindOf, type Cut } from './effects.ts';
import { judge, refuseRight, type Situation, type Verdict } from './judge.ts';
import { stepOf } from './steps.ts';

export interface JudgedRights {
	applied: AppliedRight[];
	possible: AppliedRight[];
	refused: RefusedRight[];
	steps: Step[];
}

/** Which rights may meet on one receipt: one voucher. Rights of other kinds will say here what they go with. */
const goesWith = (right: Right, applied: readonly AppliedRight[]): AppliedRight | null =>
	applied.find((other) => other.kind === right.kind) ?? null;

/**
 * Judges all rights alone against the list prices, then applies those asked for, in order, each to what the former left.
 * A right that is refused leaves its place to the next.
 */
export function applyRights(ask: Ask, facts: Facts, situation: Situation): JudgedRights {
	const judged: JudgedRights = { applied: [], possible: [], refused: [], steps: [] };
	const known = new Map(facts.rights.map((right) => [right.id, right]));
	const alone = new Map<string, Verdict>();
	for (const right of known.values()) alone.set(right.id, judge(right, situation));

	const asked = new Set<string>();
	for (const id of ask.rightIds) {
		const right = known.get(id);
		if (asked.has(id)) judged.refused.push(refusedUnseen(right, id, 'repeated'));
		else if (!right) judged.refused.push(refusedUnseen(right, id, 'unknown'));
		else use(right, alone.get(id), situation, judged);
		asked.add(id);
	}

	for (const right of known.values()) {
		const verdict = alone.get(right.id);
		if (asked.has(right.id) || !verdict) continue;
		if (verdict.cut) judged.possible.push(appliedOf(right, verdict.cut));
		else judged.refused.push({ ...nameOf(right), asked: false, refusal: verdict.refusal });
	}
	judged.possible.sort((a, b) => b.cents - a.cents || (a.id < b.id ? -1 : 1));
	return judged;
}

const nameOf = ({ id, kind, title }: Right) => ({ id, kind, title });

const appliedOf = (right: Right, { cents }: Cut): AppliedRight => ({
	...nameOf(right),
	sourceId: right.sourceId,
	cents
});

const refusedUnseen = (right: Right | undefined, id: string, why: 'repeated' | 'unknown'): RefusedRight => ({
	id,
	kind: right?.kind ?? 'voucher',
	title: right?.title ?? '',
	asked: true,
	refusal: refuseRight(right?.kind ?? 'voucher', why)
});

function use(right: Right, alone: Verdict | undefined, situation: Situation, judged: JudgedRights): void {
	const refuse = (refusal: RefusedRight['refusal']) => judged.refused.push({ ...nameOf(right), asked: true, refusal });
	must(alone, 'every known right was judged');
	if (alone.refusal) return void refuse(alone.refusal);
	const rival = goesWith(right, judged.applied);
	if (rival) return void refuse(refuseRight(right.kind, 'one_per_receipt', { title: rival.title }));
	const verdict = judged.applied.length === 0 ? alone : judge(right, situation);
	if (verdict.refusal) return void refuse(verdict.refusal);
	takeOff(right, verdict.cut);
	judged.applied.push(appliedOf(right, verdict.cut));
	judged.steps.push(
		stepOf(effectKindOf(right.effect).stepCode, {
			rightId: right.id,
			cents: verdict.cut.cents,
			details: { title: right.title, ...verdict.cut.details }
		})
	);
}

function takeOff(right: Right, cut: Cut): void {
	for (const { line, cents } of cut.parts()) {
		if (cents === 0) continue;
		must(cents > 0 && cents <= line.netCents, 'a discount never exceeds what the line costs');
		discount(line, right.id, cents);
	}
}

function discount(line: QuotedLine, rightId: string, cents: number): void {
	line.discounts.push({ rightId, cents });
	line.discountCents += cents;
	line.netCents -= cents;
	line.toPayCents = line.netCents;
}
