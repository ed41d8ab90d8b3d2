export { listMembers } from './member-list.server.ts';
export { countMembers, memberPage } from './members.server.ts';
export { besideReceipt, listReceipts, totalReceipts, voucherUses } from './receipts.server.ts';
export { todayOf } from './today.server.ts';
