ALTER TABLE "import_refused" ADD COLUMN "further" jsonb;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "told" jsonb;