import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { newCode } from '#core/codes';
import { members } from '#customers/tables';
import { registerImports } from '#imports/server';
import { inTransaction, type Tx } from '#platform/db';
import { byHouse } from '#platform/trail';
import { trailEntries } from '../../platform/trail.tables.server.ts';
import { testDatabase } from '../../../tests/support/database.ts';
import { bringIn } from '../../../tests/support/importing.ts';
import { aDefinition, aMember, openShop } from '../../../tests/support/shop.ts';
import { archiveVoucher, assign, codeImport, createVoucher } from './server.ts';
import { voucherCodes } from './tables.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');
await openShop(db, now);
registerImports(codeImport);

const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(db, work);
const newVoucher = async (wish: Parameters<typeof aDefinition>[0] = {}) =>
	(
		await run((tx) =>
			createVoucher(tx, { definition: aDefinition(wish), currency: 'EUR', sharedCode: null }, byHouse, now)
		)
	).id;
let voucherId: string;
beforeEach(async () => void (voucherId = await newVoucher()));
const bring = (text: string, aboutId = voucherId) => bringIn(db, { kind: 'voucher_codes', text, aboutId }, now);
const codesOf = (id: string) =>
	db.select().from(voucherCodes).where(eq(voucherCodes.voucherId, id)).orderBy(voucherCodes.id);

describe('codes that a printer made', () => {
	test('fill the pool as they stand on the cards, and once', async () => {
		const ours = newCode('voucher');
		const text = `Voucher code;Batch\nPART-0001-AB;7\npart 0002 cd;7\n${ours};7\nPART0001AB;7\n`;
		expect(await bring(text)).toMatchObject({ counts: [3, 0, 0, 1], refused: [[5, null, 'import.duplicate']] });
		const there = await codesOf(voucherId);
		expect(there.map(({ code }) => code).sort()).toEqual(['PART0001AB', 'PART0002CD', ours].sort());
		expect(there[0]).toMatchObject({ usesLeft: 1, memberId: null, endsAt: null, extendedAt: null });
		// The same file again, after a slip of the finger.
		expect((await bring(text)).counts).toEqual([0, 0, 3, 1]);
		const deeds = await db.select().from(trailEntries).where(eq(trailEntries.subjectId, voucherId));
		expect(deeds.filter(({ action }) => action === 'voucher.codes_imported')).toHaveLength(2);
		expect(JSON.stringify(deeds)).not.toContain('PART0001');
	});

	test('are refused line by line where a scanner would take them for something else', async () => {
		const other = await newVoucher({ title: 'Another' });
		await bring('code\nTAKEN-ELSEWHERE\n', other);
		const lines = [
			'ABC12',
			'KURZ-ä',
			newCode('member'),
			newCode('giftCard'),
			'4006381333931',
			'4111111111111111',
			'TAKENELSEWHERE'
		];
		expect(await bring(`code\n${lines.join('\n')}\nGOOD-CODE-1\n`)).toMatchObject({
			counts: [1, 0, 0, 7],
			refused: [
				[2, 'code', 'voucher.pool_code_form'],
				[3, 'code', 'voucher.pool_code_form'],
				[4, 'code', 'voucher.code_reserved'],
				[5, 'code', 'voucher.code_reserved'],
				[6, 'code', 'voucher.code_reserved'],
				[7, 'code', 'voucher.code_like_card'],
				[8, 'code', 'voucher.code_taken']
			]
		});
	});

	test('go to the members that stand beside them, one unused code each, and live until their own day', async () => {
		const anna = await aMember(db, now);
		const [row] = await db.select().from(members).where(eq(members.id, anna));
		const holder = await aMember(db, now);
		const [held] = await db.select().from(members).where(eq(members.id, holder));
		await run((tx) => assign(tx, { voucherId, memberIds: [holder] }, byHouse, now));
		const came = await bring(
			[
				'code,member,valid until',
				`FORANNA1,${row?.number},2026-12-31`,
				`FORANNA2,${row?.number},`,
				`FORHOLDER,${held?.number},`,
				'FORNOBODY,nobody@pareto.example,',
				'PERSIAN1,,۲۰۲۶-۰۶-۳۰',
				'ODDDAY01,,2026-02-30',
				'OLDDAY01,,2026-03-09',
				'WORDDAY1,,next year'
			].join('\n')
		);
		expect(came).toMatchObject({
			counts: [2, 0, 0, 6],
			refused: [
				[3, 'member', 'voucher.already_held'],
				[4, 'member', 'voucher.already_held'],
				[5, 'member', 'voucher.member_unknown'],
				[7, 'until', 'voucher.until_form'],
				[8, 'until', 'voucher.until_form'],
				[9, 'until', 'voucher.until_form']
			]
		});
		const there = new Map((await codesOf(voucherId)).map((code) => [code.code, code]));
		expect(there.get('FORANNA1')).toMatchObject({ memberId: anna, endsAt: new Date('2026-12-31T23:00:00Z') });
		expect(there.get('PERSIAN1')).toMatchObject({ memberId: null, endsAt: new Date('2026-06-30T22:00:00Z') });
	});

	test('come into no voucher that has one code for all, is put away, or does not exist', async () => {
		const shared = await newVoucher({ codeKind: 'shared' });
		const put = await newVoucher();
		await run((tx) => archiveVoucher(tx, { id: put }, byHouse, now));
		await expect(codeImport.about?.(db, shared)).rejects.toMatchObject({ code: 'voucher.shared_has_one' });
		await expect(codeImport.about?.(db, put)).rejects.toMatchObject({ code: 'voucher.archived' });
		await expect(codeImport.about?.(db, 'vou_none')).rejects.toMatchObject({ code: 'voucher.not_found' });
	});

	test('stop with a plain word when the voucher was put away after the dry run', async () => {
		const between = () => run((tx) => archiveVoucher(tx, { id: voucherId }, byHouse, now));
		const file = { kind: 'voucher_codes', text: 'code\nTOO-LATE-1\n', aboutId: voucherId, between };
		await expect(bringIn(db, file, now)).rejects.toMatchObject({ code: 'voucher.archived' });
		expect(await codesOf(voucherId)).toEqual([]);
	});
});
