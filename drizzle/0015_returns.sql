CREATE TABLE "blind_return_lines" (
	"return_id" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"product_id" text collate "C",
	"name" text NOT NULL,
	"quantity_thousandths" bigint NOT NULL,
	"unit" text NOT NULL,
	"unit_cents" bigint NOT NULL,
	"cents" bigint NOT NULL,
	CONSTRAINT "blind_return_lines_once" PRIMARY KEY("return_id","position"),
	CONSTRAINT "blind_return_lines_some" CHECK ("blind_return_lines"."quantity_thousandths" > 0)
);
--> statement-breakpoint
CREATE TABLE "blind_returns" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"number" text collate "C" NOT NULL,
	"store_id" text collate "C" NOT NULL,
	"device_id" text collate "C",
	"staff_id" text collate "C",
	"approved_by" text collate "C",
	"member_id" text collate "C",
	"currency" text NOT NULL,
	"total_cents" bigint NOT NULL,
	"refund_cents" bigint NOT NULL,
	"gift_card_cents" bigint NOT NULL,
	"card_id" text collate "C",
	"reason_kind" text NOT NULL,
	"reason" text,
	"happened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "blind_returns_total" CHECK ("blind_returns"."total_cents" = "blind_returns"."refund_cents" + "blind_returns"."gift_card_cents"),
	CONSTRAINT "blind_returns_not_negative" CHECK ("blind_returns"."total_cents" >= 0)
);
--> statement-breakpoint
CREATE TABLE "exchanges" (
	"return_id" text collate "C" PRIMARY KEY NOT NULL,
	"from_receipt_id" text collate "C" NOT NULL,
	"receipt_id" text collate "C" NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "return_policies" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "number" text collate "C";--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "charged_cents" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "points_charged" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "points_forgiven" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "tenders" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "reason_kind" text;--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "approved_by" text collate "C";--> statement-breakpoint
ALTER TABLE "blind_return_lines" ADD CONSTRAINT "blind_return_lines_return_id_blind_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."blind_returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchanges" ADD CONSTRAINT "exchanges_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "blind_returns_number" ON "blind_returns" USING btree ("number");--> statement-breakpoint
CREATE INDEX "blind_returns_happened" ON "blind_returns" USING btree ("happened_at","id");--> statement-breakpoint
CREATE INDEX "blind_returns_member" ON "blind_returns" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "exchanges_receipt" ON "exchanges" USING btree ("receipt_id");--> statement-breakpoint
CREATE INDEX "exchanges_from" ON "exchanges" USING btree ("from_receipt_id");--> statement-breakpoint
CREATE UNIQUE INDEX "returns_number" ON "returns" USING btree ("number");