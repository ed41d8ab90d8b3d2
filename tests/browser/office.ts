import type { BrowserContext } from '@playwright/test';
import { createApi, type Api } from '#client/trpc.ts';
import { expect } from './test.ts';

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

/** The newest code that was sent to an address: without a mail server it lies on the page for that. */
export async function mailedCode(context: BrowserContext, address: string): Promise<string> {
	const mails = await context.newPage();
	await mails.goto('/dev/mail');
	const text = await mails.getByRole('main').innerText();
	await mails.close();
	const code = new RegExp(`(\\d{6})[^\\n]*\\s+${address}`).exec(text)?.[1];
	expect(code, `a code for ${address} in:\n${text}`).toBeTruthy();
	return code as string;
}
