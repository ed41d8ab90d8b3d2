export { purchaseChecks } from './audit.server.ts';
export { recordReceipts, recordReturns, type ReceiptRows, type ReturnRows } from './record.server.ts';
export { receiptView, storedSteps } from './receipt.ts';
export { currenciesSold, getReceipt, getReceiptByNumber, receiptViews } from './views.server.ts';
