import { api, isNetworkTrouble, type Api, refusalOf, requestIdOf } from '#client/trpc.ts';
import type { TillServer } from './server.ts';

/** The server as this till reaches it. */
export function apiServer(client: Pick<Api, 'till'> = api): TillServer {
	const { identity, stores, checkout } = client.till;
	return {
		async station() {
			const me = await identity.me.query();
			if (!me) return { device: null, people: [], cashier: null };
			return { device: { id: me.deviceId }, people: await identity.cashiers.query(), cashier: me.staff };
		},
		enrol: async (code) => void (await identity.enrol.mutate({ code })),
		signIn: async (staffId, pin) => void (await identity.signIn.mutate({ staffId, pin })),
		signOut: async () => void (await identity.signOut.mutate()),
		async shop() {
			const { programme, store } = await stores.shop.query();
			const { currency, timeZone, rules } = programme;
			return {
				programmeName: programme.name,
				storeName: store.name,
				programme: { currency, timeZone, rules },
				store: { id: store.id, currency: store.currency, timeZone: store.timeZone }
			};
		},
		catalogue: () => stores.catalogue.query(),
		products: (search) => stores.products.mutate(search),
		facts: async (ask) => (await checkout.quote.mutate({ ask })).facts,
		identify: (text, wanted) => checkout.identify.mutate({ text, wanted }),
		commit: (attempt) => checkout.commit.mutate(attempt),
		receipt: (number) => checkout.receipt.mutate({ number }),
		previewReturn: (request) => checkout.previewReturn.mutate(request),
		takeBack: (request) => checkout.takeBack.mutate(request),
		troubleOf(error) {
			const refusal = refusalOf(error);
			if (refusal) {
				const { code, kind, details, attachment } = refusal;
				return { kind: 'refused', refusal: { code, kind, details }, attachment };
			}
			if (isNetworkTrouble(error)) return { kind: 'unreached' };
			return { kind: 'unexpected', requestId: requestIdOf(error) };
		}
	};
}
