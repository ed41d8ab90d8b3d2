import { createCallerFactory, router } from '#platform/trpc';

/** All procedures, by face and module: `admin.vouchers.list`. */
export const appRouter = router({
	wallet: router({}),
	till: router({}),
	admin: router({})
});

export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
export type Caller = ReturnType<typeof createCaller>;

export type { WireRefusal } from '#platform/trpc';
