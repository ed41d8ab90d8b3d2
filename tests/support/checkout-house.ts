import { activate, issue } from '#giftcards/server';
import { day, later } from '#core/time';
import { inTransaction, sqlOf } from '#platform/db';
import { byHouse } from '#platform/trail';
import type { ProgrammeRules } from '#pricing';
import { updateProgramme } from '#stores/server';
import {
	archiveVoucher,
	assign,
	createVoucher,
	editVoucher,
	findByCode,
	makeCodes,
	pauseVoucher,
	resumeVoucher,
	voidCode
} from '#vouchers/server';
import type { Hands } from './checkout-hands.ts';
import type { Model, Voucher } from './checkout-model.ts';
import type { Wishes } from './checkout-wishes.ts';
import type { World } from './checkout-world.ts';
import type { Dice } from './dice.ts';
import { aMember } from './shop.ts';

/** What happens in the back office meanwhile: each is done in the real shop, then noted. */
export class House {
	readonly #dice: Dice;
	readonly #world: World;
	readonly #wishes: Wishes;
	readonly #hands: Hands;

	constructor(dice: Dice, world: World, wishes: Wishes, hands: Hands) {
		this.#dice = dice;
		this.#world = world;
		this.#wishes = wishes;
		this.#hands = hands;
	}

	async join(model: Model, now: Date): Promise<void> {
		model.join(await aMember(this.#world.db, now));
	}

	async changeRules(model: Model, now: Date): Promise<void> {
		const { rules } = model.notes.programme;
		await this.#keepRules(model, this.#wishes.rules(rules, this.#world.shop.categories.deposits), now);
	}

	async changeTypes(model: Model, now: Date): Promise<void> {
		const { rules } = model.notes.programme;
		await this.#keepRules(model, { ...rules, types: this.#hands.types(rules.types ?? []) }, now);
	}

	async #keepRules(model: Model, rules: ProgrammeRules, now: Date): Promise<void> {
		const { programme } = model.notes;
		const changed = await inTransaction(this.#world.db, (tx) =>
			updateProgramme(tx, { rules, version: programme.version }, byHouse, now)
		);
		model.notes.programme = { ...programme, rules: changed.rules, version: changed.version };
	}

	async issueCard(model: Model, now: Date): Promise<void> {
		const dice = this.#dice;
		const command = {
			cents: dice.chance(60) ? dice.whole(1, 2000) : dice.whole(2000, 20_000),
			currency: dice.chance(90) ? 'EUR' : 'GBP',
			memberId: dice.chance(30) ? dice.pick(Object.keys(model.notes.members)) : null,
			active: dice.chance(75),
			expiresAt: dice.chance(25) ? later(now, dice.whole(1, 40) * day) : null
		};
		const [card] = await inTransaction(this.#world.db, (tx) => issue(tx, [command], now));
		if (!card?.ok) throw new Error('the card was not issued');
		const { id, lastSymbols } = card;
		const { cents, currency, active } = command;
		const expiresAt = command.expiresAt?.toISOString() ?? null;
		model.notes.cards[id] = { id, lastSymbols, currency, initialCents: cents, cents: active ? cents : null, expiresAt };
	}

	/** Of any card, active or not: twice is once, and an expired one stays as it is. */
	async activateCard(model: Model, now: Date): Promise<void> {
		const cards = Object.values(model.notes.cards);
		if (cards.length === 0) return this.issueCard(model, now);
		const idle = cards.filter(({ cents }) => cents === null);
		const card = this.#dice.pick(idle.length > 0 ? idle : cards);
		const [answer] = await inTransaction(this.#world.db, (tx) => activate(tx, [card.id], now));
		const over = card.expiresAt !== null && new Date(card.expiresAt) <= now;
		const expected = card.cents !== null ? 'replayed' : over ? 'gift_card.already_expired' : 'done';
		const told = !answer ? null : !answer.ok ? answer.refusal.code : answer.replayed ? 'replayed' : 'done';
		if (told !== expected) throw new Error(`activating a card: ${told} instead of ${expected}`);
		if (expected === 'done') card.cents = card.initialCents;
	}

	async makeVoucher(model: Model, now: Date): Promise<void> {
		const dice = this.#dice;
		const effect = this.#wishes.effect();
		const definition = {
			title: `Voucher ${Object.keys(model.notes.vouchers).length + 1}`,
			description: null,
			effect,
			conditions: this.#wishes.conditions(effect),
			stacking: this.#wishes.stacking(),
			codeKind: dice.pick(['shared', 'unique'] as const),
			holding: dice.pick(['open', 'open', 'assigned'] as const),
			startsAt: dice.chance(15) ? later(now, dice.whole(-3, 3) * day) : null,
			endsAt: dice.chance(30) ? later(now, dice.whole(4, 30) * day) : null,
			validity: null,
			usesPerMember: dice.pick([null, null, 1, 2]),
			usesPerCode: dice.pick([null, 1, 1, 2, 4])
		};
		if (definition.codeKind === 'shared') definition.holding = 'open';
		const made = await inTransaction(this.#world.db, (tx) =>
			createVoucher(tx, { definition, currency: 'EUR', sharedCode: null }, byHouse, now)
		);
		const { description: _, validity: __, startsAt, endsAt, ...rest } = definition;
		const voucher: Voucher = {
			...rest,
			id: made.id,
			currency: 'EUR',
			startsAt: startsAt?.toISOString() ?? null,
			endsAt: endsAt?.toISOString() ?? null,
			paused: false,
			archived: false,
			version: 1
		};
		model.notes.vouchers[made.id] = voucher;
		if (made.sharedCode === null) return this.#fillPool(model, voucher, now);
		const found = await findByCode(this.#world.db, made.sharedCode);
		if (!found) throw new Error('a shared code is found');
		this.#noteCode(model, voucher, found.code.id, null);
	}

	#noteCode(model: Model, voucher: Voucher, id: string, memberId: string | null): void {
		model.notes.codes[id] = { id, voucherId: voucher.id, usesLeft: voucher.usesPerCode, memberId, voided: false };
	}

	async #fillPool(model: Model, voucher: Voucher, now: Date): Promise<void> {
		const made = await inTransaction(this.#world.db, (tx) =>
			makeCodes(tx, { voucherId: voucher.id, count: 2 }, byHouse, now)
		);
		for (const { id } of made) this.#noteCode(model, voucher, id, null);
		await this.#assign(model, voucher, now);
	}

	/** Codes for two members; whose they became is the shop's choice among the free ones. */
	async #assign(model: Model, voucher: Voucher, now: Date): Promise<void> {
		const members = Object.entries(model.notes.members).flatMap(([id, { joined }]) => (joined ? [id] : []));
		const memberIds = [...new Set([this.#dice.pick(members), this.#dice.pick(members)])];
		const given = await inTransaction(this.#world.db, (tx) =>
			assign(tx, { voucherId: voucher.id, memberIds }, byHouse, now)
		);
		for (const one of given) {
			if ('refusal' in one) continue;
			const code = model.notes.codes[one.codeId];
			if (code) code.memberId = one.memberId;
			else this.#noteCode(model, voucher, one.codeId, one.memberId);
		}
	}

	/** Pauses, resumes, ends sooner, allows more uses, hands out codes, takes a code out of use, archives. */
	async changeVoucher(model: Model, now: Date): Promise<void> {
		const { db } = this.#world;
		const open = Object.values(model.notes.vouchers).filter(({ archived }) => !archived);
		if (open.length === 0) return this.makeVoucher(model, now);
		const voucher = this.#dice.pick(open);
		const codes = Object.values(model.notes.codes).filter(({ voucherId }) => voucherId === voucher.id);
		switch (this.#dice.weighed({ pause: 5, edit: 4, assign: 3, void: 1, archive: 0.6 })) {
			case 'pause':
				await inTransaction(db, (tx) =>
					(voucher.paused ? resumeVoucher : pauseVoucher)(tx, { id: voucher.id }, byHouse, now)
				);
				voucher.paused = !voucher.paused;
				break;
			case 'edit':
				await this.#edit(model, voucher, now);
				break;
			case 'assign':
				if (voucher.codeKind === 'unique') await this.#assign(model, voucher, now);
				break;
			case 'void': {
				const code = this.#dice.pick(codes);
				await inTransaction(db, (tx) => voidCode(tx, { codeId: code.id, reason: 'lost' }, byHouse, now));
				code.voided = true;
				break;
			}
			case 'archive':
				await inTransaction(db, (tx) => archiveVoucher(tx, { id: voucher.id }, byHouse, now));
				voucher.archived = true;
				break;
		}
	}

	/** More uses, or another end; both are allowed even after the first redemption. */
	async #edit(model: Model, voucher: Voucher, now: Date): Promise<void> {
		const { id, version, usesPerCode, startsAt } = voucher;
		const more = usesPerCode === null || this.#dice.chance(40) ? usesPerCode : usesPerCode + this.#dice.whole(1, 2);
		const earliest = Math.max(now.getTime(), startsAt === null ? 0 : Date.parse(startsAt) + 1);
		const endsAt = this.#dice.chance(50) ? new Date(earliest + this.#dice.whole(0, 20) * day) : null;
		const [row] = await sqlOf(this.#world.db)<{ description: string | null }[]>`
			select description from vouchers where id = ${id}`;
		const definition = {
			...voucher,
			description: row?.description ?? null,
			usesPerCode: more,
			validity: null,
			startsAt: startsAt === null ? null : new Date(startsAt),
			endsAt
		};
		await inTransaction(this.#world.db, (tx) => editVoucher(tx, { id, version, definition }, byHouse, now));
		voucher.version += 1;
		voucher.endsAt = endsAt?.toISOString() ?? null;
		voucher.usesPerCode = more;
		if (more === null || usesPerCode === null || more === usesPerCode) return;
		for (const code of Object.values(model.notes.codes))
			if (code.voucherId === id && code.usesLeft !== null) code.usesLeft += more - usesPerCode;
	}
}
