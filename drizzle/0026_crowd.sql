DROP INDEX "member_attributes_attribute";--> statement-breakpoint
DROP INDEX "members_joined";--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "lines_taken_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "lines_cleared_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "member_attributes_value" ON "member_attributes" USING btree ("attribute_id",coalesce(lower("text"), "day", "yes"::text, "thousandths"::text, "cents"::text),"member_id");--> statement-breakpoint
CREATE INDEX "members_blocked" ON "members" USING btree ("id") WHERE "members"."blocked_at" is not null;--> statement-breakpoint
CREATE INDEX "members_joined" ON "members" USING btree ("joined_at","id","erased_at") WHERE "members"."joined_at" is not null and "members"."merged_into" is null;