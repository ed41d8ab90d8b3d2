import * as identity from '#identity/router';
import { createCallerFactory, router } from '#platform/trpc';

/** All procedures, by face and module: `admin.vouchers.list`. */
export const appRouter = router({
	wallet: router({ identity: identity.walletRouter }),
	till: router({ identity: identity.tillRouter }),
	admin: router({ identity: identity.adminRouter })
});

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;

export type { WireRefusal } from '#platform/trpc';
