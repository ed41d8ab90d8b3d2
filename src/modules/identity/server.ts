/** The back door of identity: what wiring, the seed and commands call. */
export { actorOf, hasSignIn, type MemberOf, type ShopperUser } from './actors.server.ts';
export { cookieName } from './cookies.server.ts';
export { findClient, isClientKey } from './clients.server.ts';
export { checkGiven } from './authority.server.ts';
export { registerHouseNames } from './house-names.server.ts';
export { createCashier, findStaffOf, inviteStaff } from './staff.server.ts';
export { listStaff } from './staff-views.server.ts';
export type { Invitation, NewCashier } from './staff.server.ts';
export { enrol, isDeviceToken, makeEnrolmentCode } from './devices.server.ts';
export { signInWithPassword } from './passwords.server.ts';
export { claimTry, forgetTries, minutesUntil, type Limit } from './tries.server.ts';
export { hashPin, isPin } from './pins.server.ts';
export { findTill, signInAtTill } from './till.server.ts';
export { approveAtTill, listApprovers } from './approval.server.ts';
export { identityJobs } from './jobs.server.ts';
export { forgetUsers, signInsOf } from './forget.server.ts';
export { mustBeFreshInWallet } from './wallet-proof.server.ts';
