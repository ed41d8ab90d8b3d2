import type { BrowserContext } from '@playwright/test';
import { post } from '#client/rest.ts';
import { createApi, type Api } from '#client/trpc.ts';
import type { ReceiptView } from '#purchases';
import { letterTo } from './letters.ts';

/** What a browser test needs of the shop around its page: its owner, a tablet with Ada at it, without pages of their own. */

/** Calls with the cookies of a browser, without a page. */
export const fetchOf =
	({ request }: BrowserContext, origin: string): typeof fetch =>
	async (path, init) => {
		const { method = 'GET', body, headers } = init ?? {};
		const answer = await request.fetch(origin + String(path), {
			method,
			headers: { ...Object.fromEntries(new Headers(headers)), origin },
			...(typeof body === 'string' ? { data: body } : {})
		});
		return new Response(new Uint8Array(await answer.body()), { status: answer.status() });
	};

/** The console's procedures, signed in as the owner. */
export async function asOwner(context: BrowserContext, origin: string): Promise<Api['admin']> {
	const { admin } = createApi(fetchOf(context, origin));
	await admin.identity.signIn.mutate({ email: 'owner@pareto.example', password: 'linden-and-saffron' });
	return admin;
}

/** The till's procedures on a tablet that is enrolled for this, with the currency of its store. */
export async function atTill(
	context: BrowserContext,
	origin: string,
	house: Api['admin'],
	name: string
): Promise<{ till: Api['till']; currency: string }> {
	const [store] = await house.stores.list.query();
	const wanted = { key: crypto.randomUUID(), storeId: store?.id ?? '', name };
	const enrolment = await house.identity.devices.makeEnrolmentCode.mutate(wanted);
	const { till } = createApi(fetchOf(context, origin));
	await till.identity.enrol.mutate({ code: enrolment.code });
	const ada = (await till.identity.cashiers.query()).find(({ name }) => name === 'Ada Lorenz');
	await till.identity.signIn.mutate({ staffId: ada?.id ?? '', pin: '2580' });
	return { till, currency: store?.currency ?? 'EUR' };
}

/** A tablet of this name sells so many jars of honey at 40 euros each, to a member or to somebody who shows no code. */
export async function sellHoney(
	context: BrowserContext,
	origin: string,
	house: Api['admin'],
	{ tablet, memberId, jars }: { tablet: string; memberId: string | null; jars: number }
): Promise<ReceiptView> {
	const { till, currency } = await atTill(context, origin, house, tablet);
	const goods = { key: 'a', productId: null, name: 'Honey', categoryId: null, quantity: jars * 1000, unitCents: 4000 };
	const ask = { memberId, basket: { currency, lines: [goods] }, rightIds: [], giftCards: [], points: 0 };
	const { quote } = await till.checkout.quote.mutate({ ask });
	const sale = { key: crypto.randomUUID(), ask, fingerprint: quote.fingerprint };
	const { receipt } = await post<{ receipt: ReceiptView }>('/api/v1/checkout/commit', sale, fetchOf(context, origin));
	return receipt;
}

/**
 * Somebody new in the office, signed in with a browser of their own: invited by the owner, in by the link of the mail.
 * What they do stands in the trail under a name that nobody else has.
 */
export async function asColleague(
	context: BrowserContext,
	origin: string,
	house: Api['admin'],
	{ name, role }: { name: string; role: string }
): Promise<{ name: string; email: string }> {
	const email = `${role}-${crypto.randomUUID()}@test.example`;
	const own = `${name} ${email.slice(-18, -13)}`;
	await house.identity.invitations.invite.mutate({ key: crypto.randomUUID(), name: own, email, role, storeIds: null });
	const token = await letterTo(context, email, /\/admin\/invitation#([\w-]{43})/);
	const { admin } = createApi(fetchOf(context, origin));
	await admin.identity.invitations.accept.mutate({ token, name: own, password: 'seven grey herons' });
	return { name: own, email };
}
