ALTER TABLE "point_acts" ADD COLUMN "type_id" text collate "C";--> statement-breakpoint
ALTER TABLE "returns" ADD COLUMN "types_taken_back" jsonb DEFAULT '[]'::jsonb NOT NULL;