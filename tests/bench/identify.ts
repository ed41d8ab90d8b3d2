import { identify, quoteAtTill } from '#checkout/server';
import { must, present } from '#core/must';
import { rotatingCode } from '#customers';
import type { Db } from '#platform/db';
import type { House } from './house.ts';
import { wallet, walletOf } from './wallets.ts';

/**
 * What a till asks before a sale, as its procedures ask it: the code on somebody's phone is scanned, then a basket of five
 * products with their gift card is quoted.
 */
export async function scanAndQuote({ looking: db, house }: { looking: Db; house: House }): Promise<void> {
	const shopper = house.shopper();
	// The same tablet each time: on another one a code that was scanned a moment ago is refused, as it should be.
	const { deviceId, storeId } = present(house.tills[shopper % house.tills.length], 'the benchmark has a till');
	const now = new Date();
	const text = rotatingCode(walletOf.number(shopper), wallet.secret, now);
	const found = await identify(db, { text, wanted: null, deviceId, storeId }, now);
	must(found.kind === 'member' && found.member.rights.length === 3, 'a member with three vouchers was scanned');
	const holder = { caller: deviceId, basket: `bench-${shopper}` };
	const shown = await quoteAtTill(db, { ask: house.ask(shopper, []), storeId, holder }, now);
	must(shown.ok && shown.quote.problems.length === 0, 'a basket can be quoted');
}
