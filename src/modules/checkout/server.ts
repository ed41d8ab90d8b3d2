/** The back door of checkout: what the till, the API and the seed may do. */
export { commitSales, type SaleCommand } from './commit.server.ts';
export { previewReturn, undoSales, type ReturnCommand } from './undo.server.ts';
export { Scene, type Wanted } from './gather.server.ts';
export { counterOf, openCounter, type CounterDesk } from './counter.server.ts';
export { preview, previewTogether, quoteAtTill } from './preview.server.ts';
export { slipCodes, soldCards } from './slip-codes.server.ts';
export { identify, type IdentifyCommand } from './identify.server.ts';
export { claimReceipt } from './claim.server.ts';
