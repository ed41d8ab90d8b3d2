DROP INDEX "member_tags_tag";--> statement-breakpoint
ALTER TABLE "member_tags" ADD COLUMN "joined_at" timestamp (3) with time zone;--> statement-breakpoint
UPDATE member_tags t SET joined_at = m.joined_at FROM members m WHERE m.id = t.member_id AND m.joined_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "member_tags_tag" ON "member_tags" USING btree ("tag_id","joined_at","member_id");--> statement-breakpoint
CREATE FUNCTION tag_takes_joining() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- Locked, so that nobody joins unseen between this look and the commit.
	SELECT joined_at INTO NEW.joined_at FROM members WHERE id = NEW.member_id FOR SHARE;
	RETURN NEW;
END $$;--> statement-breakpoint
CREATE FUNCTION tags_follow_joining() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE member_tags SET joined_at = NEW.joined_at WHERE member_id = NEW.id;
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER tag_takes_joining BEFORE INSERT OR UPDATE OF member_id ON "member_tags" FOR EACH ROW EXECUTE FUNCTION tag_takes_joining();--> statement-breakpoint
CREATE TRIGGER tags_follow_joining AFTER UPDATE OF joined_at ON "members" FOR EACH ROW WHEN (NEW.joined_at IS DISTINCT FROM OLD.joined_at) EXECUTE FUNCTION tags_follow_joining();
