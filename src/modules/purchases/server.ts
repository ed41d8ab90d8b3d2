export { recordReceipts, recordReturns, type ReceiptRows, type ReturnRows } from './record.server.ts';
export { getReceipt, getReceiptByNumber, receiptViews } from './views.server.ts';
