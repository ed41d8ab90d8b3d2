-- A use is found by its member, its receipt or its code.
DROP INDEX "voucher_redemptions_id";--> statement-breakpoint
-- Events are here until they are delivered: none needs to be told from those that were.
DELETE FROM "outbox" WHERE "delivered_at" IS NOT NULL;--> statement-breakpoint
DROP INDEX "outbox_waiting";--> statement-breakpoint
ALTER TABLE "outbox" ALTER COLUMN "payload" SET DATA TYPE json USING "payload"::json, DROP COLUMN "delivered_at";--> statement-breakpoint
-- Kept as it is written: it is not taken apart at every sale to be put together at the few readings.
ALTER TABLE "receipts" ALTER COLUMN "taxes" SET DATA TYPE json USING "taxes"::json,
	ALTER COLUMN "tenders" SET DATA TYPE json USING "tenders"::json,
	ALTER COLUMN "steps" SET DATA TYPE json USING "steps"::json;--> statement-breakpoint
ALTER TABLE "once_keys" ALTER COLUMN "answer" SET DATA TYPE json USING "answer"::json;
