import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Actor } from '#core/actor';
import { inTransaction, sqlOf, type Db, type Tx } from '#platform/db';
import { proceduresOf, refusalIn } from '#platform/trpc';
import { appRouter } from '#wiring/router.server';
import { testDatabase } from '../support/database.ts';
import { entries } from '../support/rights-entries.ts';
import type { Entry } from '../support/rights-entry.ts';
import { aRightsWorld, callers, type CallerName } from '../support/rights-world.ts';
import { testSettings } from '../support/shop.ts';

/** Every procedure called by everybody, in one small shop; each call is undone, so that the next finds the shop as it was. */

const { db, url } = await testDatabase();
testSettings(url);
const world = await aRightsWorld(db, new Date('2026-03-02T10:00:00Z'));
const procedures = proceduresOf(appRouter);

interface Outcome {
	/** null: it was answered */
	refused: string | null;
	/** whether a row was written or locked */
	touched: boolean;
	/** keys and trail entries that stand after the call */
	kept: number;
	trail: number;
}

class Undo extends Error {}

/** What somebody gets to a call, and what it did before it was undone. */
async function outcomeOf(path: string, actor: Actor, input: unknown): Promise<Outcome> {
	let outcome: Outcome | undefined;
	await inTransaction(db, async (tx) => {
		outcome = await called(path, actor, input, tx);
		throw new Undo();
	}).catch((error: unknown) => {
		if (!(error instanceof Undo)) throw error;
	});
	return outcome as Outcome;
}

/** the fields of things that the trail kept while all of this was called */
const trailFields = new Set<string>();

async function called(path: string, actor: Actor, input: unknown, tx: Tx): Promise<Outcome> {
	const { api, requestId } = world.call(actor, tx as unknown as Db);
	const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], api) as (
		input: unknown
	) => Promise<unknown>;
	let refused: string | null = null;
	try {
		await procedure(input);
	} catch (error) {
		const refusal = refusalIn(error);
		if (!refusal) throw error;
		refused = refusal.code;
	}
	const [row] = await sqlOf(tx)<{ touched: boolean; kept: number; trail: number }[]>`
		select pg_current_xact_id_if_assigned() is not null as touched,
			(select count(*)::int from once_keys where at = ${world.now.toISOString()}) as kept,
			(select count(*)::int from trail_entries where request_id = ${requestId}) as trail`;
	if ((row?.trail ?? 0) > 0)
		for (const { name } of await sqlOf(tx)<{ name: string }[]>`
			select distinct coalesce(k.name, c->>'field') as name
			from trail_entries t cross join jsonb_array_elements(t.changes) c
			left join lateral (select jsonb_object_keys(v) as name from (values (c->'before'), (c->'after')) parts (v)
				where jsonb_typeof(v) = 'object' and c->>'field' <> 'hours') k on true
			where t.request_id = ${requestId}`)
			trailFields.add(name);
	return { refused, touched: row?.touched ?? false, kept: row?.kept ?? 0, trail: row?.trail ?? 0 };
}

const isAccess = (refused: string | null) => refused?.startsWith('access.') ?? false;
const keysBefore = (await outcomeOf('wallet.home.shop', { kind: 'guest' }, undefined)).kept;

describe('the rights matrix', () => {
	it('has an entry for every procedure, and none for what is not there', () => {
		const missing = procedures.map(({ path }) => path).filter((path) => !entries[path]);
		expect(missing, `say who may call these, in tests/support/rights-entries.ts: ${missing.join(', ')}`).toEqual([]);
		const paths = new Set(procedures.map(({ path }) => path));
		expect(Object.keys(entries).filter((path) => !paths.has(path))).toEqual([]);
	});

	it('says of every change in the console whether the trail has it', () => {
		const unsaid = procedures.filter(
			({ path, type }) => path.startsWith('admin.') && type === 'mutation' && entries[path] && !entries[path].trail
		);
		expect(unsaid.map(({ path }) => path)).toEqual([]);
	});

	it('everybody stands in it', () => {
		expect(Object.keys(world.actors).sort()).toEqual([...callers].sort());
	});
});

describe.each(procedures.filter(({ path }) => entries[path]))('$path', ({ path }) => {
	const entry = entries[path] as Entry;
	const input = () => entry.input?.(world);

	it('answers those who may call it', async () => {
		const [first, ...others] = entry.who.filter((name) => !(entry.there && name === 'console elsewhere'));
		const answer = await outcomeOf(path, world.actors[first as CallerName], input());
		expect(answer.refused, `${String(first)} calls it`).toBe(entry.answers ?? null);
		if (entry.trail === 'kept') expect(answer.trail, 'the trail has it').toBeGreaterThan(0);
		else expect(answer.trail, 'the trail has it now: strike it off the list of those owed').toBe(0);
		for (const name of others) {
			const { refused } = await outcomeOf(path, world.actors[name], input());
			const wrongly = isAccess(refused) && refused !== entry.answers;
			expect(wrongly, `${name} is refused ${String(refused)}`).toBe(false);
		}
	});

	it('refuses everybody else, and changes nothing for them', async () => {
		for (const name of callers.filter((each) => !entry.who.includes(each))) {
			const { refused, touched } = await outcomeOf(path, world.actors[name], input());
			expect(isAccess(refused), `${name} gets ${String(refused)}`).toBe(true);
			expect(touched, `${name} changes something`).toBe(false);
		}
	});

	if (entry.there)
		it('gives somebody of another store the things of that store alone', async () => {
			const elsewhere = world.actors['console elsewhere'];
			const foreign = await outcomeOf(path, elsewhere, input());
			expect(foreign).toMatchObject({ refused: 'access.other_store', kept: keysBefore, trail: 0 });
			const { refused } = await outcomeOf(path, elsewhere, entry.there?.(world));
			expect(isAccess(refused), `refused ${String(refused)}`).toBe(false);
		});

	if (entry.stranger)
		it('gives another shopper nothing', async () => {
			const { refused, touched } = await outcomeOf(path, world.stranger, input());
			expect({ refused, touched }).toEqual({ refused: entry.stranger, touched: false });
		});
});

/** Changes that the trail does not have yet. */
it('the trail owes these, and no others', () => {
	const owed = Object.entries(entries).flatMap(([path, { trail }]) => (trail === 'owed' ? [path] : []));
	expect(owed.length, owed.join(', ')).toBeLessThanOrEqual(8);
});

it('calls every field that the trail keeps by a name in words', () => {
	const messages = JSON.parse(readFileSync('src/messages/en/admin.json', 'utf8')) as Record<string, unknown>;
	const keyOf = (field: string) => `trail_field_${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
	expect(
		[...trailFields]
			.map(keyOf)
			.filter((key) => !(key in messages))
			.sort()
	).toEqual([]);
});
