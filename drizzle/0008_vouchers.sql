CREATE TABLE "voucher_holds" (
	"code_id" text collate "C" NOT NULL,
	"caller" text collate "C" NOT NULL,
	"basket" text collate "C" NOT NULL,
	"store_id" text collate "C",
	"held_at" timestamp (3) with time zone NOT NULL,
	"until_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "voucher_holds_pkey" PRIMARY KEY("code_id","caller","basket")
);
--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD COLUMN "starts_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD COLUMN "ends_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD COLUMN "extended_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD COLUMN "replaces_id" text collate "C";--> statement-breakpoint
ALTER TABLE "vouchers" ADD COLUMN "stacking" jsonb DEFAULT '{"kind":"alone"}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "vouchers" ADD COLUMN "valid_days" integer;--> statement-breakpoint
ALTER TABLE "vouchers" ADD COLUMN "valid_from" text DEFAULT 'issue' NOT NULL;--> statement-breakpoint
CREATE INDEX "voucher_holds_basket" ON "voucher_holds" USING btree ("caller","basket");--> statement-breakpoint
CREATE INDEX "voucher_holds_until" ON "voucher_holds" USING btree ("until_at");--> statement-breakpoint
CREATE UNIQUE INDEX "voucher_codes_replaces" ON "voucher_codes" USING btree ("replaces_id") WHERE "voucher_codes"."replaces_id" is not null;--> statement-breakpoint
ALTER TABLE "vouchers" ADD CONSTRAINT "vouchers_valid_days" CHECK ("vouchers"."valid_days" > 0);