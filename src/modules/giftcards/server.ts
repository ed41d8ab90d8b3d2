export {
	activate,
	counterNames,
	findByCode,
	issue,
	type ActivateResult,
	type CardRow,
	type FoundCard,
	type IssuedCard,
	type IssueResult
} from './cards.server.ts';
export { chargeCard, type ChargeCommand, type ChargeResult } from './charge.server.ts';
export { giftCardJobs } from './gift-jobs.server.ts';
export { sendSoldCard, soldGift } from './gift-letters.server.ts';
export { expireCards } from './expire.server.ts';
export { handOver } from './hand-over.server.ts';
export { hashOfCode, reveal } from './codes.server.ts';
export { CardDesk } from './desk.server.ts';
export { loadCards, type LoadedCard } from './facts.server.ts';
export { cardRules, saveCardRules } from './policy.server.ts';
export { draftRefundCard, keepRefundCards, refundLives, successorsOf, type RefundCard } from './refunds.server.ts';
export { closeCards, holdersOf, type SoldCardHolder } from './sold-back.server.ts';
export { heldCard, heldCards } from './wallet-views.server.ts';
export { giftCardSteps } from './member-steps.server.ts';
