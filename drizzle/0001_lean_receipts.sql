-- What paid a receipt and how it was explained move onto the receipt itself; prices are no steps any more, since the lines
-- say them. `NOT NULL` comes after the move.
ALTER TABLE "receipts" ADD COLUMN "tenders" jsonb;--> statement-breakpoint
ALTER TABLE "receipts" ADD COLUMN "steps" jsonb;--> statement-breakpoint
UPDATE receipts r SET
	tenders = coalesce((
		SELECT jsonb_agg(jsonb_build_object('kind', t.kind, 'subjectId', t.subject_id, 'cents', t.cents, 'points', t.points)
			ORDER BY t.position)
		FROM receipt_tenders t WHERE t.receipt_id = r.id
	), '[]'),
	steps = coalesce((
		SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
				'code', e.step->'code',
				'position', array_position(l.keys, e.step->>'lineKey') - 1,
				'rightId', e.step->'rightId',
				'giftCardId', e.step->'giftCardId',
				'cents', nullif(e.step->'cents', '0'),
				'points', nullif(e.step->'points', '0'),
				'details', nullif(e.step->'details', '{}')
			)) ORDER BY e.place)
		FROM receipt_steps s
		CROSS JOIN LATERAL (
			SELECT array_agg(p.step->>'lineKey' ORDER BY p.place) AS keys
			FROM jsonb_array_elements(s.steps) WITH ORDINALITY AS p(step, place) WHERE p.step->>'code' = 'priced'
		) l
		CROSS JOIN LATERAL jsonb_array_elements(s.steps) WITH ORDINALITY AS e(step, place)
		WHERE s.receipt_id = r.id AND e.step->>'code' <> 'priced'
	), '[]');--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "tenders" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "steps" SET NOT NULL;--> statement-breakpoint
DROP TABLE "receipt_steps";--> statement-breakpoint
DROP TABLE "receipt_tenders";--> statement-breakpoint
ALTER TABLE "member_figures" DROP CONSTRAINT "member_figures_member_id_members_id_fk";
--> statement-breakpoint
ALTER TABLE "receipt_lines" DROP CONSTRAINT "receipt_lines_receipt_id_receipts_id_fk";
--> statement-breakpoint
ALTER TABLE "receipts" DROP CONSTRAINT "receipts_store_id_stores_id_fk";
--> statement-breakpoint
ALTER TABLE "receipts" DROP CONSTRAINT "receipts_member_id_members_id_fk";
--> statement-breakpoint
ALTER TABLE "voucher_redemptions" DROP CONSTRAINT "voucher_redemptions_code_id_voucher_codes_id_fk";
--> statement-breakpoint
DROP INDEX "receipt_lines_member";--> statement-breakpoint
DROP INDEX "voucher_redemptions_member_place";--> statement-breakpoint
CREATE UNIQUE INDEX "voucher_redemptions_member_place" ON "voucher_redemptions" USING btree ("voucher_id","member_id","place") WHERE "voucher_redemptions"."place" is not null;--> statement-breakpoint
-- Rows that every checkout changes keep room on their page for their next version, so that no index has to learn of it.
ALTER TABLE "accounts" SET (fillfactor = 75);--> statement-breakpoint
ALTER TABLE "member_figures" SET (fillfactor = 75);--> statement-breakpoint
ALTER TABLE "voucher_codes" SET (fillfactor = 80);
