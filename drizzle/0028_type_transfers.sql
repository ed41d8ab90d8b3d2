ALTER TABLE "point_days" ADD COLUMN "type_id" text collate "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "point_days" DROP CONSTRAINT "point_days_once";
--> statement-breakpoint
ALTER TABLE "point_days" ADD CONSTRAINT "point_days_once" PRIMARY KEY("subject_id","type_id","day");