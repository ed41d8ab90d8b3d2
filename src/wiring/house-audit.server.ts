import { audit, auditChecks, type Audit } from '#ledger/server';
import type { Db } from '#platform/db';
import { purchaseChecks } from '#purchases/server';
import { voucherChecks } from '#vouchers/server';

const mergeChecks: Record<string, string> = {
	'whoever was merged leads in one step to a member who was not': `
		select m.id as subject, m.merged_into as detail from members m left join members k on k.id = m.merged_into
		where m.merged_into is not null and (k.id is null or k.merged_into is not null)`,
	'nothing is left with a member who was merged': `
		select m.id as subject, x.what as detail from members m join (
			select owner_id as id, name as what from accounts where credited <> debited
			union all select member_id, id from voucher_codes union all select member_id, id from voucher_redemptions
			union all select member_id, id from gift_cards union all select member_id, 'figures' from member_figures
		) x on x.id = m.id where m.merged_into is not null`
};

const purseChecks: Record<string, string> = {
	'who shares a purse posts to it, and nobody else does': `
		select coalesce(b.member_id, o.owner_id) as subject, concat_ws(' ', 'group', b.group_id, '· posts to', o.posts_to) as detail
		from (select member_id, group_id from group_members where shares and ended_at is null) b
		full join (select owner_id, posts_to from account_owners
			where posts_to is not null and owner_id not in (select id from member_groups)) o
			on o.owner_id = b.member_id
		where b.group_id is distinct from o.posts_to`,
	'who shares a purse has nothing on accounts of their own, and a purse that has ended is empty': `
		select a.owner_id as subject, concat_ws(' ', a.name, a.credited - a.debited) as detail
		from accounts a join account_owners o on o.owner_id = a.owner_id
		where o.posts_to is not null and a.credited <> a.debited`
};

const beside = { ...purchaseChecks, ...voucherChecks, ...mergeChecks, ...purseChecks };

/** What the audit of the whole house proves, in words: the ledger, and the facts that are kept beside it. */
export const houseChecks: readonly string[] = [...auditChecks, ...Object.keys(beside)];

/** Looks at everything, at one moment. */
export const auditHouse = (db: Db): Promise<Audit> => audit(db, { also: beside });
