/** The ledger's back door: books for who moves something, reads for who shows it, verbs for jobs. */
export { forgetOwners, openBook, type Book, type BookOptions } from './book.server.ts';
export { lapsedOf } from './lapsed.server.ts';
export { historyOf, moneyOf, pointsOf } from './views.server.ts';
export { expire, mature, releaseHolds, type Expired, type Matured } from './jobs.server.ts';
export { postTo, redirect } from './postings.server.ts';
export { debitsBefore, postAll, type Posting, type PostingAnswer } from './post.server.ts';
export { openPostingDesk, postingDeskOf, type PostingDesk } from './posting-desk.server.ts';
export { audit, auditChecks, type Audit, type AuditFigures, type Finding } from './audit.server.ts';
