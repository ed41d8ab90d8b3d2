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
export {
	assign,
	findByCode,
	makeCodes,
	voidCode,
	type Assignment,
	type FoundCode,
	type MadeCode
} from './codes.server.ts';
export { loadCodes, rightOf, type CodeFact } from './facts.server.ts';
export { giveBackUses, usesOfReceipts, VoucherBook } from './redeem.server.ts';
export { addToWallet } from './add.server.ts';
export { heldVouchers } from './wallet-views.server.ts';
