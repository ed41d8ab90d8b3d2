-- Only somebody who has not joined is locked: whoever has stays so, and the sales of members who are tagged by the
-- thousand wait for nobody.
CREATE OR REPLACE FUNCTION tag_takes_joining() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SELECT joined_at INTO NEW.joined_at FROM members WHERE id = NEW.member_id;
	IF NEW.joined_at IS NULL THEN
		-- So that nobody joins unseen between this look and the commit.
		SELECT joined_at INTO NEW.joined_at FROM members WHERE id = NEW.member_id FOR SHARE;
	END IF;
	RETURN NEW;
END $$;
