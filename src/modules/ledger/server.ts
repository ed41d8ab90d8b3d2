/** The ledger's back door: books for who moves something, reads for who shows it, verbs for jobs. */
export { openBook, type Book, type BookOptions } from './book.server.ts';
export { historyOf, moneyOf, pointsOf } from './views.server.ts';
