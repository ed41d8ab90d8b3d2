import { apiServer } from '#client/till/api-server.ts';
import { shelf } from '#client/till/keep.ts';
import type { Notice } from '#client/till/notice.ts';
import { Till } from '#client/till/till.svelte.ts';
import { createApi } from '#client/trpc.ts';
import { inviteStaff } from '#identity/server';
import { inTransaction, type Db } from '#platform/db';
import { aKey } from './shop.ts';
import { ownPin } from './till.ts';
import { Visitor } from './visitor.ts';

/** A tablet: its browser's storages, its line to the server that can be cut, what it told the cashier. */
export class Tablet {
	readonly browser = new Visitor();
	readonly notices: Notice[] = [];
	/** what happens to the next requests, first to first: cut before they arrive, or their answers lost */
	readonly faults: ('cut' | 'lost')[] = [];
	offline = false;
	/** the bodies that left the tablet */
	readonly sent: string[] = [];
	readonly #stored = new Map<string, string>();
	till: Till;

	constructor() {
		this.till = this.#open();
	}

	#open(): Till {
		const storage = {
			getItem: (name: string) => this.#stored.get(name) ?? null,
			setItem: (name: string, text: string) => void this.#stored.set(name, text),
			removeItem: (name: string) => void this.#stored.delete(name)
		};
		const shelves = {
			sale: shelf('sale', storage),
			paper: shelf('paper', storage),
			catalogue: shelf('catalogue', storage),
			shop: shelf('shop', storage)
		};
		const fetch = (address: unknown, init?: RequestInit) => this.#fetch(String(address), init ?? {});
		return new Till(apiServer(createApi(fetch), fetch), shelves, (notice) => {
			if (notice.kind !== 'quiet') this.notices.push(notice);
		});
	}

	async #fetch(address: string, init: RequestInit): Promise<Response> {
		this.sent.push(`${address} ${init.body ?? ''}`);
		const fault = this.offline ? 'cut' : this.faults.shift();
		if (fault === 'cut') throw new TypeError('Failed to fetch');
		const answer = await this.browser.fetch(this.browser.origin + address, init);
		if (fault === 'lost') throw new TypeError('Failed to fetch');
		return answer;
	}

	/** The page is loaded anew: everything in memory is gone. */
	async reload(): Promise<void> {
		this.till.keep();
		this.till = this.#open();
		await this.till.start();
	}

	refusals(): string[] {
		return this.notices.flatMap((notice) => (notice.kind === 'refused' ? [notice.refusal.code] : []));
	}
}

/** Ann at the counter and Sue who may agree to exceptions. */
interface Counter {
	/** their ids */
	people: { ann: string; sue: string };
	/** a new tablet of the store with Ann signed in */
	aTill(): Promise<Tablet>;
}

export const pins = { ann: '4711', sue: '135790' };

/** Hires them, by the same procedures as in a shop. */
export async function aCounter(db: Db, storeId: string): Promise<Counter> {
	const [email, password] = ['manager@example.com', 'correct horse battery'];
	await inTransaction(db, (tx) =>
		inviteStaff(tx, { name: 'Mia', email, password, role: 'manager', pin: '2580' }, new Date())
	);
	const manager = new Visitor();
	await manager.api.admin.identity.signIn.mutate({ email, password });
	const { staff, devices } = manager.api.admin.identity;
	const hire = async (name: string, pin: string, role: 'cashier' | 'supervisor') =>
		ownPin(db, (await staff.createCashier.mutate({ key: aKey(), name, pin, role, storeIds: null })).staffId);
	const people = { ann: await hire('Ann', pins.ann, 'cashier'), sue: await hire('Sue', pins.sue, 'supervisor') };
	return {
		people,
		async aTill() {
			const tablet = new Tablet();
			await tablet.till.start();
			await tablet.till.enrol((await devices.makeEnrolmentCode.mutate({ key: aKey(), storeId, name: 'Till' })).code);
			await tablet.till.signIn(people.ann, pins.ann);
			await tablet.till.catalogue.load();
			return tablet;
		}
	};
}
