/** What other modules may ask of customers on the server. */
export {
	claimMemberCodes,
	codeFor,
	forgetCodeUses,
	readMemberCode,
	verifyMemberCodes,
	type CodeScan,
	type ReadMemberCode
} from './codes.server.ts';
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
export { emailAlike, hasBirthday, hasEmail, nameAlike } from './alike.ts';
export { findByContact } from './find.server.ts';
export { findByLinkedCode } from './linked-codes.server.ts';
export { memberImport } from './member-import.server.ts';
export { memberHead, memberLines } from './member-lines.server.ts';
export { listAttributes, valuesAtTill, type ValueAtTill } from './attributes.server.ts';
export { changeProfile } from './people.server.ts';
