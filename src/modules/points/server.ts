/** Points' back door. */
export { adjust, extend, transfer } from './acts.server.ts';
export { lapseInactive, lapsesAt } from './lapse.server.ts';
export { policyOf, savePolicy } from './policy.server.ts';
