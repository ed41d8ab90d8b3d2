CREATE TABLE "voucher_policies" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"hold_minutes" integer NOT NULL,
	"version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "voucher_policies_hold" CHECK ("voucher_policies"."hold_minutes" > 0)
);
