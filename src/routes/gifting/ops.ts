import type { Api } from '#client/trpc.ts';
import type { GiftDesign } from '#giftcards';

/** What `GiftFields` reads. */
export interface GiftFieldsWish {
	receiverName: string;
	email: string | null;
	sure: boolean;
	day: string | null;
	words: string;
	design: GiftDesign;
}

type Keyed<T> = T & { key: string };

/** How a face changes its gifts: the wallet one's own, the console the house's. */
export interface GiftOps {
	change(
		api: Api,
		input: Keyed<Pick<GiftFieldsWish, 'receiverName' | 'email' | 'sure' | 'day'>> & { id: string; version: number }
	): Promise<unknown>;
	cancel(api: Api, input: Keyed<{ id: string }>): Promise<unknown>;
	link(api: Api, input: { id: string }): Promise<{ link: string }>;
}
