import { post, RestFault } from '#client/rest.ts';
import { api, createApi, isNetworkTrouble, type Api, refusalOf, requestIdOf } from '#client/trpc.ts';
import { newId } from '#core/ids';
import type { TillServer, Trouble } from './server.ts';

/** A queue of shoppers waits for this one: the server answers it before its pages' machinery is reached. */
const commitPath = '/api/v1/checkout/commit';

/** Asks without counting as work: a tablet that nobody touches still asks for a PIN again after a while. */
const idleApi = (fetch: typeof globalThis.fetch): Api =>
	createApi((input, init) => fetch(input, { ...init, headers: { ...(init?.headers as object), 'x-idle': '1' } }));

/**
 * The server as this till reaches it.
 * @param fetch for the commit, which is a plain request
 */
export function apiServer(client: Pick<Api, 'till'> = api, fetch?: typeof globalThis.fetch): TillServer {
	const { identity, stores, customers, giftcards, checkout, receipts, reports } = client.till;
	const idle = idleApi(fetch ?? ((...args) => globalThis.fetch(...args)));
	return {
		async station() {
			const me = await identity.me.query();
			if (!me) return { device: null, people: [], cashier: null };
			return { device: { id: me.deviceId }, people: await identity.cashiers.query(), cashier: me.staff };
		},
		async standing() {
			const me = await idle.till.identity.me.query();
			return me && { cashierId: me.staff?.id ?? null };
		},
		enrol: async (code) => void (await identity.enrol.mutate({ code })),
		signIn: async (staffId, pin, fresh) => void (await identity.signIn.mutate({ staffId, pin, fresh })),
		signOut: async () => void (await identity.signOut.mutate()),
		async shop() {
			const [{ programme, store }, cardRules] = await Promise.all([stores.shop.query(), giftcards.rules.query()]);
			const { currency, timeZone, rules } = programme;
			return {
				programmeName: programme.name,
				storeName: store.name,
				programme: { currency, timeZone, rules },
				storeAddress: store.address,
				storeTaxNumber: store.taxNumber,
				store: { id: store.id, currency: store.currency, timeZone: store.timeZone, taxes: store.taxes },
				cardRules
			};
		},
		catalogue: () => stores.catalogue.query(),
		products: (search) => stores.products.mutate(search),
		facts: async (ask, basket) => (await checkout.quote.mutate({ ask, basket })).facts,
		letGo: async (rightId) => void (await checkout.letGo.mutate({ key: newId('request'), rightId })),
		enterPin: (id, pin) => giftcards.enterPin.mutate({ id, pin }),
		setPin: (id, pin) => giftcards.setPin.mutate({ id, pin, proof: null }),
		identify: (text, wanted) => checkout.identify.mutate({ text, wanted }),
		commit: (attempt) => post<Awaited<ReturnType<TillServer['commit']>>>(commitPath, attempt, fetch),
		codesAgain: (keys) => checkout.codesAgain.mutate({ keys }),
		mailCard: async (letter) => void (await checkout.mailCard.mutate(letter)),
		lastReceipts: () => reports.lastReceipts.query(),
		receipt: (number) => checkout.receipt.mutate({ number }),
		slip: (number) => checkout.slip.mutate({ number }),
		previewReturn: (request) => checkout.previewReturn.mutate(request),
		takeBack: (request) => checkout.takeBack.mutate(request),
		returnRules: () => checkout.returnRules.query(),
		quoteWithoutReceipt: (lines) => checkout.quoteWithoutReceipt.mutate({ lines }),
		takeBackWithoutReceipt: (wish) => checkout.takeBackWithoutReceipt.mutate(wish),
		join: (person) => customers.join.mutate(person),
		linkCard: async (memberId, code) =>
			void (await customers.linkCard.mutate({ key: newId('request'), memberId, code, kind: 'plastic' })),
		addReceipt: (wish) => receipts.claim.mutate(wish),
		exchangeFacts: async (goods, ask, saleKey) => {
			const { given, facts } = await checkout.previewExchange.mutate({ goods, ask, saleKey });
			return { given, facts };
		},
		exchange: ({ goods, ...sale }, approval) => checkout.exchange.mutate({ goods, sale, approval }),
		troubleOf
	};
}

function troubleOf(error: unknown): Trouble {
	const refusal = error instanceof RestFault ? error.refusal : refusalOf(error);
	if (refusal) {
		const { code, kind, details, attachment } = refusal;
		return { kind: 'refused', refusal: { code, kind, details }, attachment };
	}
	if (error instanceof RestFault)
		return error.data ? { kind: 'unexpected', requestId: error.data.requestId } : { kind: 'unreached' };
	if (isNetworkTrouble(error)) return { kind: 'unreached' };
	return { kind: 'unexpected', requestId: requestIdOf(error) };
}
