ALTER TABLE "receipt_lines" DROP CONSTRAINT "receipt_lines_net";--> statement-breakpoint
ALTER TABLE "receipts" DROP CONSTRAINT "receipts_total";--> statement-breakpoint
ALTER TABLE "tax_classes" DROP CONSTRAINT "tax_classes_rate";--> statement-breakpoint
ALTER TABLE "receipt_lines" ADD COLUMN "tax_id" text collate "C";--> statement-breakpoint
ALTER TABLE "receipt_lines" ADD COLUMN "tax_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "receipts" ADD COLUMN "taxes" jsonb;--> statement-breakpoint
ALTER TABLE "receipts" ADD COLUMN "tax_added_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "return_lines" ADD COLUMN "tax_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tax_classes" RENAME COLUMN "rate_basis_points" TO "rate_pcm";--> statement-breakpoint
UPDATE "tax_classes" SET "rate_pcm" = "rate_pcm" * 10;--> statement-breakpoint
ALTER TABLE "tax_classes" ADD COLUMN "ordinary" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "tax_classes_ordinary" ON "tax_classes" USING btree ("ordinary") WHERE "tax_classes"."ordinary";--> statement-breakpoint
ALTER TABLE "receipt_lines" ADD CONSTRAINT "receipt_lines_net" CHECK ("receipt_lines"."net_cents" - "receipt_lines"."list_cents" + "receipt_lines"."discount_cents" in (0, "receipt_lines"."tax_cents"));--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_total" CHECK ("receipts"."total_cents" = "receipts"."list_cents" - "receipts"."discount_cents" + "receipts"."tax_added_cents");--> statement-breakpoint
ALTER TABLE "tax_classes" ADD CONSTRAINT "tax_classes_rate" CHECK ("tax_classes"."rate_pcm" between 0 and 100000);