/** What other modules may ask of customers on the server. */
export { codeFor, forgetCodeUses, readMemberCode, type ReadMemberCode } from './codes.server.ts';
export { anonymous, join, setNewsConsent, type Join } from './join.server.ts';
export { getMember, memberFacts, memberOfUser } from './members.server.ts';
export { queryOf, wordsOf } from './words.ts';
export { membersNamed } from './admin-views.server.ts';
export { familyOf, MembersMerged } from './family.server.ts';
export { merge, putTogether, reasonOf, type Merge } from './merge.server.ts';
export { customerSteps } from './own-steps.server.ts';
export type { MemberSteps, Merging, Stake } from './steps.server.ts';
export { askErasure, atStake, erase, eraseDue, takeBackErasure } from './erase.server.ts';
export { findErasure } from './erasing.server.ts';
export { erasing } from './erase-job.server.ts';
export { dataPolicyOf, saveDataPolicy } from './data-policy.server.ts';
export { valuesAtTill } from './attributes.server.ts';
export { findByContact } from './find.server.ts';
export { findByLinkedCode } from './linked-codes.server.ts';
export { changeProfile } from './people.server.ts';
