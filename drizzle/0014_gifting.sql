CREATE TABLE "gifts" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"card_id" text collate "C" NOT NULL,
	"giver_member_id" text collate "C",
	"giver_name" text NOT NULL,
	"receiver_name" text NOT NULL,
	"email" text,
	"language" text NOT NULL,
	"words" text NOT NULL,
	"design" text NOT NULL,
	"token_hash" text collate "C" NOT NULL,
	"token_cipher" text,
	"version" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"send_at" timestamp (3) with time zone NOT NULL,
	"next_try_at" timestamp (3) with time zone,
	"tries" integer NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"undelivered_at" timestamp (3) with time zone,
	"opened_at" timestamp (3) with time zone,
	"claimed_at" timestamp (3) with time zone,
	"claimed_by" text collate "C",
	"cancelled_at" timestamp (3) with time zone,
	CONSTRAINT "gifts_claimed_by" CHECK (("gifts"."claimed_at" is null) = ("gifts"."claimed_by" is null))
);
--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_card_id_gift_cards_id_fk" FOREIGN KEY ("card_id") REFERENCES "public"."gift_cards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_giver_member_id_members_id_fk" FOREIGN KEY ("giver_member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_claimed_by_members_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "gifts_token" ON "gifts" USING btree ("token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "gifts_open" ON "gifts" USING btree ("card_id") WHERE ("gifts"."claimed_at" is null and "gifts"."cancelled_at" is null);--> statement-breakpoint
CREATE INDEX "gifts_card" ON "gifts" USING btree ("card_id");--> statement-breakpoint
CREATE INDEX "gifts_giver" ON "gifts" USING btree ("giver_member_id","created_at") WHERE "gifts"."giver_member_id" is not null;--> statement-breakpoint
CREATE INDEX "gifts_due" ON "gifts" USING btree ("next_try_at") WHERE "gifts"."next_try_at" is not null;