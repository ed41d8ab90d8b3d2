import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#core/ids';
import { testDatabase } from '../../tests/support/database.ts';
import { sqlOf } from './db.server.ts';
import { listenForChanges, notifyChanged, packed, type Changes } from './live.server.ts';

const { db, client, url } = await testDatabase();
const open: Changes[] = [];
const listen = async (): Promise<Changes> => {
	const changes = listenForChanges(url, { retryAfter: 20, checkEvery: 200 });
	open.push(changes);
	await vi.waitFor(() => expect(changes.listening).toBe(true));
	return changes;
};
afterEach(async () => {
	await Promise.all(open.splice(0).map((changes) => changes.end()));
});
const notify = (...ids: string[]) => notifyChanged(sqlOf(db), ids);

describe('changes', () => {
	it('reach who looks at them, in every process, and nobody else', async () => {
		const [here, there] = [await listen(), await listen()];
		const mine = vi.fn();
		const elsewhere = vi.fn();
		const others = vi.fn();
		here.subscribe(['mem_1', 'gft_1'], mine);
		there.subscribe(['mem_1'], elsewhere);
		here.subscribe(['mem_2'], others);
		await notify('mem_1', 'mem_3', 'gft_1');
		await vi.waitFor(() => expect(elsewhere).toHaveBeenCalledExactlyOnceWith(['mem_1']));
		await vi.waitFor(() => expect(mine).toHaveBeenCalledExactlyOnceWith(['mem_1', 'gft_1']));
		expect(others).not.toHaveBeenCalled();
	});

	it('stop with the subscription; one that fails takes nobody else with it', async () => {
		const changes = await listen();
		const gone = vi.fn();
		const stays = vi.fn();
		const end = changes.subscribe(['mem_1'], gone);
		changes.subscribe(['mem_1'], () => {
			throw new Error('this screen is broken');
		});
		changes.subscribe(['mem_1'], stays);
		end();
		end();
		await notify('mem_1');
		await vi.waitFor(() => expect(stays).toHaveBeenCalledOnce());
		expect(gone).not.toHaveBeenCalled();
	});

	it('of a large batch come in as few messages as Postgres takes', async () => {
		const changes = await listen();
		const ids = Array.from({ length: 1000 }, () => newId('member'));
		const heard = new Set<string>();
		changes.subscribe(ids, (some) => some?.forEach((id) => heard.add(id)));
		await notify(...ids, ...ids);
		await vi.waitFor(() => expect(heard.size).toBe(1000));
		expect(packed(ids).length).toBe(4);
		await notify();
	});

	it('are told anew after the line broke: everybody reads again', async () => {
		const changes = await listen();
		const told = vi.fn();
		changes.subscribe(['mem_1', 'mem_2'], told);
		await client`select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'pareto-live' and datname = current_database()`;
		await vi.waitFor(() => expect(told).toHaveBeenCalledExactlyOnceWith(null));
		await notify('mem_2');
		await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith(['mem_2']));
	});

	it('are heard again after the server was away for a while', async () => {
		const changes = await listen();
		const told = vi.fn();
		changes.subscribe(['mem_1'], told);
		const name = new URL(url).pathname.slice(1);
		const admin = new URL(url);
		admin.pathname = '/postgres';
		const { default: postgres } = await import('postgres');
		const outside = postgres(admin.href, { max: 1, onnotice: () => {} });
		await outside.unsafe(`alter database "${name}" allow_connections false`);
		await outside`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
		await vi.waitFor(() => expect(changes.listening).toBe(false));
		await new Promise((done) => setTimeout(done, 300));
		expect(told).not.toHaveBeenCalled();
		await outside.unsafe(`alter database "${name}" allow_connections true`);
		await vi.waitFor(() => expect(told).toHaveBeenCalledExactlyOnceWith(null), { timeout: 10_000 });
		await outside.end();
		await vi.waitFor(() => notify('mem_1'));
		await vi.waitFor(() => expect(told).toHaveBeenLastCalledWith(['mem_1']));
	});

	it('are packed without losing or repeating an id, each text within the limit', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z0-9_]{1,60}$/), { maxLength: 600 }), (ids) => {
				const texts = packed(ids);
				expect(texts.flatMap((text) => text.split(','))).toEqual(ids);
				expect(texts.every((text) => Buffer.byteLength(text) < 8000)).toBe(true);
			}),
			{ numRuns: 30 }
		);
	});
});
