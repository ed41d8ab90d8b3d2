CREATE TABLE "gift_card_batches" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"value_cents" bigint,
	"cards" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"staff_id" text collate "C",
	"issued_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gift_card_policies" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "blocked_reason" text;--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "replaced_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "replaced_by" text collate "C";--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "batch_id" text collate "C";--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "lives_months" integer;--> statement-breakpoint
ALTER TABLE "gift_cards" ADD COLUMN "pin_hash" text;--> statement-breakpoint
ALTER TABLE "receipt_lines" ADD COLUMN "gift_card" jsonb;--> statement-breakpoint
ALTER TABLE "receipts" ADD COLUMN "cards_sold_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "cards_taken_back_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "gift_card_batches_issued" ON "gift_card_batches" USING btree ("issued_at","id");--> statement-breakpoint
ALTER TABLE "gift_cards" ADD CONSTRAINT "gift_cards_batch_id_gift_card_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."gift_card_batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gift_cards_batch" ON "gift_cards" USING btree ("batch_id") WHERE "gift_cards"."batch_id" is not null;--> statement-breakpoint
CREATE INDEX "gift_cards_expiring" ON "gift_cards" USING btree ("expires_at") WHERE "gift_cards"."expires_at" is not null;