ALTER TABLE "stores" ADD COLUMN "tax_number" text;--> statement-breakpoint
CREATE INDEX "returns_store" ON "returns" USING btree ("store_id","happened_at");