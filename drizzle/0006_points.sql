CREATE TABLE "point_acts" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"other_member_id" text collate "C",
	"points" bigint NOT NULL,
	"reason" text,
	"note" text,
	"staff_id" text collate "C",
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "point_acts_points" CHECK ("point_acts"."points" <> 0)
);
--> statement-breakpoint
CREATE TABLE "point_days" (
	"subject_id" text collate "C" NOT NULL,
	"day" text collate "C" NOT NULL,
	"points" bigint NOT NULL,
	CONSTRAINT "point_days_once" PRIMARY KEY("subject_id","day")
);
--> statement-breakpoint
CREATE TABLE "points_policies" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "point_acts_member" ON "point_acts" USING btree ("member_id","at");--> statement-breakpoint
CREATE INDEX "point_acts_other" ON "point_acts" USING btree ("other_member_id");--> statement-breakpoint
CREATE INDEX "point_acts_staff" ON "point_acts" USING btree ("staff_id","at");