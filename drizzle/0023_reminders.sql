CREATE TABLE "reminders" (
	"member_id" text collate "C" NOT NULL,
	"subject" text collate "C" NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"told_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reminders_once" PRIMARY KEY("member_id","subject","ends_at")
);
--> statement-breakpoint
ALTER TABLE "reminders" ADD CONSTRAINT "reminders_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reminders_ended" ON "reminders" USING btree ("ends_at");