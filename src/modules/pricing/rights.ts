import { must } from '#core/must';
import type { RefusalData, RefusalDetails } from '#core/refusal';
import type { AppliedRight, Ask, Facts, QuotedLine, RefusedRight, Right, Step } from './contract.ts';
import { stages, type Cut } from './effects/contract.ts';
import { effectKindOf } from './effects/index.ts';
import { judge, refuseRight, type Situation, type Verdict } from './judge.ts';
import { clashOf } from './stacking.ts';
import { stepOf } from './steps.ts';

export interface JudgedRights {
	applied: AppliedRight[];
	possible: AppliedRight[];
	refused: RefusedRight[];
	steps: Step[];
}

/** What became of the rights that were asked for. */
interface Settled {
	applied: AppliedRight[];
	steps: Step[];
	refusals: Map<Right, RefusalData>;
}

/**
 * Judges all rights alone against the list prices, then applies those asked for that go together, each to what the former
 * left, in the order of the stages. Of two that do not go together the one asked for first counts; a right that is
 * refused leaves its place to the next.
 */
export function applyRights(ask: Ask, facts: Facts, situation: Situation): JudgedRights {
	const known = new Map(facts.rights.map((right) => [right.id, right]));
	const alone = new Map<Right, Verdict>();
	for (const right of known.values()) alone.set(right, judge(right, situation));

	const wanted: Right[] = [];
	const unseen = new Map<number, RefusedRight>();
	const asked = new Set<string>();
	for (const [place, id] of ask.rightIds.entries()) {
		const right = known.get(id);
		if (asked.has(id)) unseen.set(place, refusedUnseen(right, id, 'repeated'));
		else if (!right) unseen.set(place, refusedUnseen(right, id, 'unknown'));
		else wanted.push(right);
		asked.add(id);
	}
	const { applied, steps, refusals } = settle(wanted, alone, situation);
	const refused = ask.rightIds.flatMap((id, place): RefusedRight[] => {
		const other = unseen.get(place);
		if (other) return [other];
		const right = known.get(id);
		const refusal = right && refusals.get(right);
		return refusal ? [{ ...nameOf(right), asked: true, refusal }] : [];
	});

	const possible: AppliedRight[] = [];
	for (const [right, verdict] of alone) {
		if (asked.has(right.id)) continue;
		if (verdict.cut) possible.push(appliedOf(right, verdict.cut));
		else refused.push({ ...nameOf(right), asked: false, refusal: verdict.refusal });
	}
	possible.sort((a, b) => b.cents - a.cents || (a.id < b.id ? -1 : 1));
	return { applied, possible, refused, steps };
}

const nameOf = ({ id, kind, title }: Right) => ({ id, kind, title });

const appliedOf = (right: Right, { cents }: Pick<Cut, 'cents'>): AppliedRight => ({
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

const stageOf = (right: Right): number => stages.indexOf(effectKindOf(right.effect).stage);

/**
 * Applies the wanted rights that go together. One that finds nothing left after the others is out, and everything is
 * settled again without it: it may have kept another away.
 */
function settle(wanted: readonly Right[], alone: Map<Right, Verdict>, situation: Situation): Settled {
	const out = new Map<Right, RefusalData>();
	for (const right of wanted) {
		const verdict = alone.get(right);
		must(verdict, 'every known right was judged');
		if (verdict.refusal) out.set(right, verdict.refusal);
	}
	for (;;) {
		const refusals = new Map(out);
		const chosen: Right[] = [];
		for (const right of wanted) {
			if (refusals.has(right)) continue;
			const clash = clashWith(right, chosen);
			if (clash) refusals.set(right, clash);
			else chosen.push(right);
		}
		const settled: Settled = { applied: [], steps: [], refusals };
		const turns = [...chosen].sort((a, b) => stageOf(a) - stageOf(b));
		// The first finds the lines as it was judged on.
		const failed = turns.find(
			(right, turn) => !take(right, (turn === 0 && alone.get(right)) || judge(right, situation), situation, settled)
		);
		if (!failed) return settled;
		out.set(failed, refusals.get(failed) as RefusalData);
		undo(situation);
	}
}

function clashWith(right: Right, chosen: readonly Right[]): RefusalData | null {
	for (const other of chosen) {
		const why = clashOf(right, other);
		if (!why) continue;
		const { title } = other;
		const { stacking } = right;
		const details: RefusalDetails = { title };
		if (why === 'one_of_group' && stacking.kind === 'group') details.group = stacking.group;
		return refuseRight(right.kind, why, details);
	}
	return null;
}

/** @returns whether it took something off; if not, why stands among the refusals */
function take(right: Right, verdict: Verdict, situation: Situation, settled: Settled): boolean {
	if (verdict.refusal) {
		settled.refusals.set(right, verdict.refusal);
		return false;
	}
	for (const { line, cents, quantity } of verdict.cut.parts()) {
		if (quantity > 0) situation.touched.set(line.key, (situation.touched.get(line.key) ?? 0) + quantity);
		if (cents === 0) continue;
		must(cents > 0 && cents <= line.netCents, 'a discount never exceeds what the line costs');
		discount(line, right.id, cents);
	}
	settled.applied.push(appliedOf(right, verdict.cut));
	settled.steps.push(
		stepOf(effectKindOf(right.effect).stepCode, {
			rightId: right.id,
			cents: verdict.cut.cents,
			details: { title: right.title, ...verdict.cut.details }
		})
	);
	return true;
}

/** The lines as they were before any right. */
function undo({ lines, delivery, touched }: Situation): void {
	touched.clear();
	for (const line of [...lines, ...delivery]) {
		line.discounts = [];
		line.discountCents = 0;
		line.netCents = line.listCents;
		line.toPayCents = line.listCents;
	}
}

function discount(line: QuotedLine, rightId: string, cents: number): void {
	line.discounts.push({ rightId, cents });
	line.discountCents += cents;
	line.netCents -= cents;
	line.toPayCents = line.netCents;
}
