import { and, eq, inArray, isNull } from 'drizzle-orm';
import { staff } from '#identity/tables';
import type { Reads, Tx } from '#platform/db';
import { customersRefusals, type OpenErasure } from './index.ts';
import { erasures } from './tables.server.ts';

/** A wish to be erased that waits. */
export const isOpen = and(isNull(erasures.takenBackAt), isNull(erasures.doneAt));

/** Whether somebody waits to be erased. */
export async function findErasure(reads: Reads, memberId: string): Promise<OpenErasure | null> {
	const [row] = await reads
		.select({
			id: erasures.id,
			source: erasures.source,
			askedAt: erasures.askedAt,
			dueAt: erasures.dueAt,
			staffName: staff.name
		})
		.from(erasures)
		.leftJoin(staff, eq(staff.id, erasures.staffId))
		.where(and(eq(erasures.memberId, memberId), isOpen));
	return row ?? null;
}

/** @throws member.erasing when one of them waits to be erased; the caller has locked them */
export async function refuseErasing(tx: Tx, memberIds: readonly string[]): Promise<void> {
	const [open] = await tx
		.select({ id: erasures.id })
		.from(erasures)
		.where(and(inArray(erasures.memberId, [...memberIds]), isOpen))
		.limit(1);
	if (open) throw customersRefusals.refuse('member.erasing');
}
