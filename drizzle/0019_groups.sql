CREATE TABLE "group_members" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"group_id" text collate "C" NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"role" text NOT NULL,
	"title" text,
	"shares" boolean NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"agreed" text,
	"staff_id" text collate "C",
	"ended_by_staff_id" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "member_groups" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"vat_number" text,
	"registration_number" text,
	"billing_address" text,
	"note" text,
	"words" "tsvector",
	"shares" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"heir_member_id" text collate "C"
);
--> statement-breakpoint
ALTER TABLE "account_owners" ADD COLUMN "posts_to" text collate "C";--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_group_id_member_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."member_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_groups" ADD CONSTRAINT "member_groups_heir_member_id_members_id_fk" FOREIGN KEY ("heir_member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "group_members_one_purse" ON "group_members" USING btree ("member_id") WHERE ("group_members"."ended_at" is null and "group_members"."shares" = true);--> statement-breakpoint
CREATE UNIQUE INDEX "group_members_once" ON "group_members" USING btree ("group_id","member_id") WHERE "group_members"."ended_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "group_members_one_head" ON "group_members" USING btree ("group_id") WHERE ("group_members"."ended_at" is null and "group_members"."role" = 'head');--> statement-breakpoint
CREATE INDEX "group_members_member" ON "group_members" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "group_members_group" ON "group_members" USING btree ("group_id","since");--> statement-breakpoint
CREATE INDEX "member_groups_words" ON "member_groups" USING gin ("words");--> statement-breakpoint
CREATE INDEX "member_groups_heir" ON "member_groups" USING btree ("heir_member_id") WHERE "member_groups"."heir_member_id" is not null;--> statement-breakpoint
CREATE INDEX "account_owners_posting" ON "account_owners" USING btree ("posts_to") WHERE "account_owners"."posts_to" is not null;--> statement-breakpoint
ALTER TABLE "account_owners" ADD CONSTRAINT "account_owners_posting_elsewhere" CHECK ("account_owners"."posts_to" <> "account_owners"."owner_id");