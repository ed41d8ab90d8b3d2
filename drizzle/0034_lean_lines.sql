-- What was bought lies in the row of its receipt (src/modules/purchases/lines.ts tells in which order).
ALTER TABLE "receipts" ADD COLUMN "lines" json;--> statement-breakpoint
-- A receipt and its lines stay in one piece: what is longer than a quarter of a page would be packed at every checkout.
ALTER TABLE "receipts" SET (toast_tuple_target = 8160);--> statement-breakpoint
UPDATE "receipts" r SET "lines" = coalesce((
	SELECT json_agg(CASE WHEN l."gift_card" IS NULL THEN json_build_array(l."product_id", l."category_id", l."name",
			l."quantity_thousandths", l."unit", l."unit_cents", l."list_cents", l."discount_cents", l."net_cents", l."tax_id",
			l."tax_cents", l."points_paid_cents", l."points_spent", l."gift_card_cents", l."to_pay_cents", l."points_earned",
			l."discounts", l."cost_cents")
		ELSE json_build_array(l."product_id", l."category_id", l."name",
			l."quantity_thousandths", l."unit", l."unit_cents", l."list_cents", l."discount_cents", l."net_cents", l."tax_id",
			l."tax_cents", l."points_paid_cents", l."points_spent", l."gift_card_cents", l."to_pay_cents", l."points_earned",
			l."discounts", l."cost_cents", l."gift_card") END ORDER BY l."position")
	FROM "receipt_lines" l WHERE l."receipt_id" = r."id"
), '[]');--> statement-breakpoint
ALTER TABLE "receipts" ALTER COLUMN "lines" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "return_lines" DROP CONSTRAINT "return_lines_line";--> statement-breakpoint
DROP TABLE "receipt_lines";--> statement-breakpoint
CREATE VIEW "receipt_lines" AS
SELECT r."id" AS "receipt_id", (x."place" - 1)::integer AS "position", r."member_id",
	(l->>0) COLLATE "C" AS "product_id", (l->>1) COLLATE "C" AS "category_id", l->>2 AS "name",
	(l->>3)::bigint AS "quantity_thousandths", l->>4 AS "unit", (l->>5)::bigint AS "unit_cents",
	(l->>6)::bigint AS "list_cents", (l->>7)::bigint AS "discount_cents", (l->>8)::bigint AS "net_cents",
	(l->>9) COLLATE "C" AS "tax_id", (l->>10)::bigint AS "tax_cents", (l->>11)::bigint AS "points_paid_cents",
	(l->>12)::bigint AS "points_spent", (l->>13)::bigint AS "gift_card_cents", (l->>14)::bigint AS "to_pay_cents",
	(l->>15)::bigint AS "points_earned", (l->16)::jsonb AS "discounts", (l->>17)::bigint AS "cost_cents",
	(l->>18)::jsonb AS "gift_card", r."happened_at"
FROM "receipts" r CROSS JOIN LATERAL json_array_elements(r."lines") WITH ORDINALITY AS x(l, "place");
