import * as checkout from '#checkout/router';
import * as customers from '#customers/router';
import { memberImport } from '#customers/server';
import * as giftcards from '#giftcards/router';
import * as groups from '#groups/router';
import * as identity from '#identity/router';
import { registerHouseNames } from '#identity/server';
import * as imports from '#imports/router';
import { registerImports } from '#imports/server';
import { createCallerFactory, router } from '#platform/trpc';
import * as points from '#points/router';
import { memberSteps } from './member-steps.server.ts';
import { pointsImport } from '#points/server';
import { currenciesSold } from '#purchases/server';
import * as reports from '#reports/router';
import * as setup from '#setup/router';
import * as stores from '#stores/router';
import { houseNamesOf, productImport, storeImport } from '#stores/server';
import * as vouchers from '#vouchers/router';
import { codeImport } from '#vouchers/server';
import * as wallet from '#wallet/router';

// What can come in as a file, wherever procedures are called.
registerImports(productImport, storeImport(currenciesSold), codeImport, pointsImport, memberImport);

// What letters call the house and its stores.
registerHouseNames(houseNamesOf);

/** All procedures, by face and module: `admin.vouchers.list`. */
export const appRouter = router({
	wallet: router({
		identity: identity.walletRouter,
		customers: customers.walletRouter,
		data: customers.dataWalletRouter(memberSteps),
		receipts: checkout.claimWalletRouter(memberSteps),
		vouchers: vouchers.walletRouter,
		giftcards: giftcards.walletRouter,
		gifts: giftcards.giftsWalletRouter,
		groups: groups.walletRouter,
		points: points.walletRouter,
		home: wallet.walletRouter
	}),
	till: router({
		identity: identity.tillRouter,
		stores: stores.tillRouter,
		giftcards: giftcards.tillRouter,
		checkout: checkout.tillRouter,
		customers: customers.tillRouter,
		receipts: checkout.claimTillRouter(memberSteps),
		reports: reports.tillRouter
	}),
	admin: router({
		account: identity.accountRouter,
		customers: customers.adminRouter,
		checkout: checkout.adminRouter,
		giftcards: giftcards.adminRouter,
		gifts: giftcards.giftsAdminRouter,
		groups: groups.adminRouter,
		identity: identity.adminRouter,
		points: points.adminRouter,
		merging: customers.mergingRouter(memberSteps),
		memberData: customers.dataRouter(memberSteps),
		receipts: checkout.claimRouter(memberSteps),
		imports: imports.adminRouter,
		reports: reports.adminRouter,
		setup: setup.adminRouter,
		stores: stores.adminRouter(currenciesSold),
		vouchers: vouchers.adminRouter
	})
});

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;

export type { WireRefusal } from '#platform/trpc';
