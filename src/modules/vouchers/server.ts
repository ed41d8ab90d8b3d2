export { voucherChecks } from './audit.server.ts';
export {
	archiveVoucher,
	createVoucher,
	editVoucher,
	pauseVoucher,
	resumeVoucher,
	usageOf,
	type VoucherRow
} from './definitions.server.ts';
export { assign, findByCode, makeCodes, type Assignment, type FoundCode, type MadeCode } from './codes.server.ts';
export { codeImport } from './code-import.server.ts';
export { loadCodes, type CodeFact } from './facts.server.ts';
export { holdCodes, holdForBasket, type Holder } from './holds.server.ts';
export { savePolicy as saveVouchersPolicy } from './policy.server.ts';
export { extendCode, extendVoucher, giveBackUse, reissueCode, releaseHolds, voidCode } from './life.server.ts';
export { giveBackUses, usesOfReceipts, VoucherBook } from './redeem.server.ts';
export { addToWallet } from './add.server.ts';
export { heldVouchers } from './wallet-views.server.ts';
export { voucherSteps } from './member-steps.server.ts';
