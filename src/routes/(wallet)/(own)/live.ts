import { getContext, setContext } from 'svelte';
import type { Live } from '#client/live.svelte.ts';

const key = Symbol('live');

/** The wallet's one line to the server, for every screen of it. */
export const provideLive = (live: Live): Live => setContext(key, live);
export const useLive = (): Live => getContext(key);
