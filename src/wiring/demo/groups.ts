import { addMember, found } from '#groups/server';
import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';

const paper = { vatNumber: null, registrationNumber: null, billingAddress: null, note: null };
const agreed = 'Signed on paper in the Old Town store';

/** A household of three with one purse, and a firm for which two buy with one wallet. */
export async function formGroups(db: Db, memberIds: readonly string[], now: Date): Promise<void> {
	const [anna, ben, cleo, dan, eva] = memberIds;
	if (!anna || !ben || !cleo || !dan || !eva) return;
	await inTransaction(db, async (tx) => {
		const head = (memberId: string) => ({ memberId, title: null, agreed });
		const home = { kind: 'household', group: { ...paper, name: 'Lindenstraße 12' }, shares: true } as const;
		const { id } = await found(tx, { ...home, head: head(anna) }, byHouse, now);
		for (const memberId of [ben, cleo])
			await addMember(tx, { groupId: id, memberId, role: 'member', title: null, agreed }, byHouse, now);
		const office = {
			...paper,
			name: 'Brandt & Co. Catering',
			vatNumber: 'DE 811 234 567',
			registrationNumber: 'HRB 40718',
			billingAddress: 'Speicherstraße 4\n20457 Hamburg'
		};
		const firm = await found(tx, { kind: 'firm', group: office, shares: true, head: head(dan) }, byHouse, now);
		const second = { memberId: eva, role: 'buyer', title: 'Kitchen', agreed: null } as const;
		await addMember(tx, { groupId: firm.id, ...second }, byHouse, now);
	});
}
