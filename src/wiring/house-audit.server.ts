import { audit, auditChecks, type Audit } from '#ledger/server';
import type { Db } from '#platform/db';
import { purchaseChecks } from '#purchases/server';
import { voucherChecks } from '#vouchers/server';

const beside = { ...purchaseChecks, ...voucherChecks };

/** What the audit of the whole house proves, in words: the ledger, and the facts that are kept beside it. */
export const houseChecks: readonly string[] = [...auditChecks, ...Object.keys(beside)];

/** Looks at everything, at one moment. */
export const auditHouse = (db: Db): Promise<Audit> => audit(db, { also: beside });
