CREATE TABLE "trail_entries" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"action" text collate "C" NOT NULL,
	"subject_kind" text collate "C" NOT NULL,
	"subject_id" text collate "C" NOT NULL,
	"title" text,
	"changes" jsonb NOT NULL,
	"reason" text,
	"actor_kind" text NOT NULL,
	"staff_id" text collate "C",
	"device_id" text collate "C",
	"member_id" text collate "C",
	"client_id" text collate "C",
	"store_id" text collate "C",
	"request_id" text collate "C"
);
--> statement-breakpoint
CREATE INDEX "trail_entries_at" ON "trail_entries" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "trail_entries_subject" ON "trail_entries" USING btree ("subject_id","at","id");--> statement-breakpoint
CREATE INDEX "trail_entries_staff" ON "trail_entries" USING btree ("staff_id","at","id");--> statement-breakpoint
CREATE FUNCTION trail_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit trail only grows' USING ERRCODE = 'restrict_violation';
END $$;--> statement-breakpoint
CREATE TRIGGER trail_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "trail_entries" FOR EACH STATEMENT EXECUTE FUNCTION trail_only_grows();
