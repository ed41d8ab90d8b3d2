-- A member's uses lie together, in the order of their ids, which is that of time: the key takes the place of the index by
-- member and time. A use is still found by its id alone.
CREATE INDEX "voucher_redemptions_id" ON "voucher_redemptions" USING btree ("id");--> statement-breakpoint
ALTER TABLE "voucher_redemptions" DROP CONSTRAINT "voucher_redemptions_pkey";--> statement-breakpoint
ALTER TABLE "voucher_redemptions" ADD CONSTRAINT "voucher_redemptions_once" PRIMARY KEY("member_id","id");--> statement-breakpoint
DROP INDEX "voucher_redemptions_member";
