import { inTransaction, type Db } from '#platform/db';
import { byHouse } from '#platform/trail';
import { createVoucher } from '#vouchers/server';
import { aDefinition } from '../support/shop.ts';
import { nth, writeSteps, type Steps } from './crowd.ts';

/**
 * Members with a wallet each, written by the database itself: points with their lot, three vouchers, a gift card that
 * nobody empties. Everything has its rows in the ledger, so that the audit after the benchmark has nothing to forgive.
 */
export const wallet = {
	currency: 'EUR',
	/** on every card */
	cents: 10_000_000,
	/** from which each wallet draws its member code, hex */
	secret: '0102030405060708090a0b0c0d0e0f1011121314'
} as const;

/** Of the nth member, as the statements below write them. */
export const walletOf = {
	memberId: nth.id,
	number: nth.number,
	cardId: (n: number): string => nth.id(n).replace('mem_', 'gft_')
};

const rest = `lpad(to_hex(1600000000 + n), 10, '0') || lpad(to_hex(n), 12, '0')`;
const series = `generate_series($1::bigint, $2::bigint) n`;
const held = `from ${series} where $3 > 0`;
const member = `'mem_' || ${rest}`;
const card = `'gft_' || ${rest}`;
const points = `100 + n % 900`;
const title = 'In the wallet';

const openCards: Steps = [
	['account_owners', `insert into account_owners (owner_id, created_at) select ${card}, now() ${held}`],
	[
		'accounts',
		`insert into accounts (owner_id, name, unit, credited, debited, floor, created_at)
		select ${card}, 'money', '${wallet.currency}', ${wallet.cents}, 0, 0, now() ${held}`
	]
];

const steps: Steps = [
	[
		'members',
		`insert into members (id, number, name, email, language, code_secret, words, version, created_at, joined_at)
		select ${member}, translate(upper(lpad(to_hex(n), 10, '0')), '01', 'XY'), 'Shopper ' || n,
			'shopper' || n || '@bench.example', 'en', '${wallet.secret}',
			array_to_tsvector(array['shopper', n::text]), 1, now(), now() ${held}`
	],
	['account_owners', `insert into account_owners (owner_id, created_at) select ${member}, now() ${held}`],
	[
		'accounts',
		`insert into accounts (owner_id, name, unit, credited, debited, floor, created_at, first_due_at, last_due_at)
		select ${member}, 'points/365', 'points', ${points}, 0, 0, now(), now() + interval '90 days', now() + interval '90 days'
		${held}`
	],
	[
		'transfers',
		`insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
		select 'trf_' || ${rest}, 'house', 'points/issued', ${member}, 'points/365', 'points', ${points}, 'earned', now() ${held}`
	],
	[
		'entries',
		`insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
		select ${member}, 1, 'points/365', 'trf_' || ${rest}, ${points}, ${points}, 0, 'earned', now() ${held}`
	],
	[
		'lots',
		`insert into lots (owner_id, name, cumulative, amount, due_at, transfer_id, created_at)
		select ${member}, 'points/365', ${points}, ${points}, now() + interval '90 days', 'trf_' || ${rest}, now() ${held}`
	],
	[
		'voucher_codes',
		`insert into voucher_codes (id, voucher_id, code, member_id, uses_left, issued_at)
		select 'vco_' || v.place || substr(${rest}, 2), v.id, 'W' || v.place || lpad(n::text, 11, '0'), ${member}, 1, now()
		from ${series} cross join (
			select id, row_number() over (order by id) as place from vouchers where title like '${title}%'
		) v where $3 > 0`
	],
	[
		'gift_cards',
		`insert into gift_cards (id, code_hash, code_cipher, last_symbols, currency, initial_cents, member_id, issued_at, activated_at)
		select ${card}, md5(n::text), 'none', right('000' || n, 4), '${wallet.currency}', ${wallet.cents}, ${member}, now(), now()
		${held}`
	],
	...openCards,
	[
		'transfers',
		`insert into transfers (id, debit_owner_id, debit_name, credit_owner_id, credit_name, unit, amount, reason, posted_at)
		select 'trf_g' || substr(${rest}, 2), 'house', 'giftcards/sold', ${card}, 'money', '${wallet.currency}', ${wallet.cents},
			'issued', now() ${held}`
	],
	[
		'entries',
		`insert into entries (owner_id, seq, name, transfer_id, amount, credited_after, debited_after, reason, posted_at)
		select ${card}, 1, 'money', 'trf_g' || substr(${rest}, 2), ${wallet.cents}, ${wallet.cents}, 0, 'issued', now() ${held}`
	]
];

/** Members 0 … count − 1, with everything in their wallets. */
export async function fillWallets(db: Db, count: number, now: Date): Promise<void> {
	await inTransaction(db, async (tx) => {
		for (let n = 1; n <= 3; n++) {
			const definition = aDefinition({ title: `${title} ${n}`, holding: 'assigned' });
			await createVoucher(tx, { definition, currency: wallet.currency, sharedCode: null }, byHouse, now);
		}
	});
	await writeSteps(db, steps, 0, count);
}

/** Gift cards' accounts 0 … count − 1 and nothing else: what is charged, and no card that anybody could show. */
export const fillAccounts = (db: Db, count: number): Promise<void> => writeSteps(db, openCards, 0, count);
