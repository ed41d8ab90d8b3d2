/** The back door of setup: what the start calls. */
export { foundHouse, isEmptyHouse, makeSetupCode } from './found.server.ts';
