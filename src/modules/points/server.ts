/** Points' back door. */
export { pointsImport } from './import.server.ts';
export { adjust, extend, transfer } from './acts.server.ts';
export { lapseInactive, lapsesOf, membersAway } from './lapse.server.ts';
export { policyOf, savePolicy } from './policy.server.ts';
export { pointSteps } from './member-steps.server.ts';
export { savePointTypes, typeBalances, typeBalancesOf } from './point-type.server.ts';
