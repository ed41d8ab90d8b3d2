/** The back door of identity: what wiring, the seed and commands call. */
export { actorOf, hasSignIn, type MemberOf, type ShopperUser } from './actors.server.ts';
export { cookieName } from './cookies.server.ts';
export { createCashier, disableStaff, findStaffOf, inviteStaff, listStaff, setPin } from './staff.server.ts';
export type { Invitation, NewCashier } from './staff.server.ts';
export { enrol, isDeviceToken, listDevices, makeEnrolmentCode, revokeDevice } from './devices.server.ts';
export { signInWithPassword } from './passwords.server.ts';
export { claimTry, forgetTries, minutesUntil, type Limit } from './tries.server.ts';
export { findTill, signInAtTill } from './till.server.ts';
export { identityJobs } from './jobs.server.ts';
