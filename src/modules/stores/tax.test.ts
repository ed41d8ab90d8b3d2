import { expect, test } from 'vitest';
import { inTransaction } from '#platform/db';
import { byHouse } from '#platform/trail';
import { testDatabase } from '../../../tests/support/database.ts';
import { archiveTaxClass, createTaxClass, editTaxClass, listTaxClasses, taxesOf } from './tax.server.ts';

const { db } = await testDatabase();
const now = new Date('2026-03-10T10:00:00Z');
const refusal = (code: string, details: object) => expect.objectContaining({ name: 'Refusal', code, details });
const make = (name: string, ratePcm: number, ordinary = false) =>
	inTransaction(db, (tx) => createTaxClass(tx, { name, ratePcm, ordinary }, now));
const edit = (input: Parameters<typeof editTaxClass>[1]) =>
	inTransaction(db, (tx) => editTaxClass(tx, input, byHouse, now));
const ordinary = async () => (await listTaxClasses(db)).filter((one) => one.ordinary).map(({ name }) => name);

test('a house without classes keeps no taxes', async () => {
	expect(await taxesOf(db, true)).toBeUndefined();
});

test('one class at most is the ordinary one, and whoever has the former open is told', async () => {
	const full = await make('Full', 19_000, true);
	const food = await make('Food', 7_000);
	expect(await ordinary()).toEqual(['Full']);
	await edit({ id: food.id, version: 1, name: 'Food', ratePcm: 7_000, ordinary: true });
	expect(await ordinary()).toEqual(['Food']);
	await expect(edit({ id: full.id, version: 1, name: 'Full', ratePcm: 20_000, ordinary: true })).rejects.toEqual(
		refusal('tax.changed_meanwhile', { name: 'Full' })
	);
	const third = await make('New York', 8_875, true);
	expect(await ordinary()).toEqual(['New York']);
	expect(await taxesOf(db, false)).toEqual({
		included: false,
		classes: [
			{ id: full.id, name: 'Full', pcm: 19_000 },
			{ id: food.id, name: 'Food', pcm: 7_000 },
			{ id: third.id, name: 'New York', pcm: 8_875 }
		],
		ordinaryId: third.id
	});
	await inTransaction(db, (tx) => archiveTaxClass(tx, { id: third.id }, byHouse, now));
	expect(await taxesOf(db, true)).toMatchObject({ ordinaryId: null });
});

test.each([-1, 100_001, 8.5, NaN])('a rate of %d is none', async (ratePcm) => {
	await expect(make('Odd', ratePcm)).rejects.toEqual(refusal('tax.rate_form', { field: 'ratePcm' }));
});
