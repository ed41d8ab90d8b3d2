ALTER TABLE "members" ADD COLUMN "merged_into" text collate "C";--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "merged_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "members_merged" ON "members" USING btree ("merged_into") WHERE "members"."merged_into" is not null;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_merged_elsewhere" CHECK ("members"."merged_into" <> "members"."id");--> statement-breakpoint
-- What is given to a member at the moment they are merged is given to whoever takes their place: the row of the member is
-- waited for, and says where it leads.
CREATE FUNCTION follow_merge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	kept text;
BEGIN
	SELECT coalesce(merged_into, id) INTO kept FROM members WHERE id = NEW.member_id FOR KEY SHARE;
	IF kept IS NOT NULL THEN
		NEW.member_id := kept;
	END IF;
	RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER follow_merge BEFORE INSERT OR UPDATE OF member_id ON "voucher_codes" FOR EACH ROW WHEN (NEW.member_id IS NOT NULL) EXECUTE FUNCTION follow_merge();--> statement-breakpoint
CREATE TRIGGER follow_merge BEFORE INSERT OR UPDATE OF member_id ON "gift_cards" FOR EACH ROW WHEN (NEW.member_id IS NOT NULL) EXECUTE FUNCTION follow_merge();
