export { purchaseChecks } from './audit.server.ts';
export {
	recordBlindReturn,
	recordExchange,
	recordReceipts,
	recordReturns,
	type ReceiptRows,
	type ReturnRows
} from './record.server.ts';
export { returnPolicyOf, saveReturnPolicy } from './return-policy.server.ts';
export { receiptView, returnView, storedSteps } from './receipt.ts';
export { currenciesSold, getReceipt, getReceiptByNumber, isReturn, receiptViews } from './views.server.ts';
export { purchaseSteps } from './member-steps.server.ts';
