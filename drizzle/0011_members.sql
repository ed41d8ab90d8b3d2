CREATE TABLE "attributes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"key" text collate "C" NOT NULL,
	"label" text NOT NULL,
	"kind" text NOT NULL,
	"choices" jsonb NOT NULL,
	"required" boolean NOT NULL,
	"shown_at_till" boolean NOT NULL,
	"personal" boolean NOT NULL,
	"position" integer NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"archived_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "member_attributes" (
	"member_id" text collate "C" NOT NULL,
	"attribute_id" text collate "C" NOT NULL,
	"text" text,
	"thousandths" bigint,
	"day" text collate "C",
	"yes" boolean,
	"cents" bigint,
	CONSTRAINT "member_attributes_once" PRIMARY KEY("member_id","attribute_id")
);
--> statement-breakpoint
CREATE TABLE "member_codes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"code" text collate "C" NOT NULL,
	"kind" text NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "member_policies" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"phone_country" text,
	"version" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_tags" (
	"member_id" text collate "C" NOT NULL,
	"tag_id" text collate "C" NOT NULL,
	"tagged_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "member_tags_once" PRIMARY KEY("member_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"folded" text collate "C" NOT NULL,
	"colour" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "members_phone";--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "source" text DEFAULT 'wallet' NOT NULL;--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "store_id" text collate "C";--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "staff_id" text collate "C";--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "withdrawn_source" text;--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "withdrawn_staff_id" text collate "C";--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "birthday" text collate "C";--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "birth_year" integer;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "words" "tsvector";--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "member_attributes" ADD CONSTRAINT "member_attributes_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_attributes" ADD CONSTRAINT "member_attributes_attribute_id_attributes_id_fk" FOREIGN KEY ("attribute_id") REFERENCES "public"."attributes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_codes" ADD CONSTRAINT "member_codes_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_tags" ADD CONSTRAINT "member_tags_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_tags" ADD CONSTRAINT "member_tags_tag_id_tags_id_fk" FOREIGN KEY ("tag_id") REFERENCES "public"."tags"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attributes_key" ON "attributes" USING btree ("key");--> statement-breakpoint
CREATE INDEX "member_attributes_attribute" ON "member_attributes" USING btree ("attribute_id","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "member_codes_code" ON "member_codes" USING btree ("code") WHERE "member_codes"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "member_codes_member" ON "member_codes" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "member_tags_tag" ON "member_tags" USING btree ("tag_id","member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tags_folded" ON "tags" USING btree ("folded");--> statement-breakpoint
CREATE INDEX "members_words" ON "members" USING gin ("words") WHERE "members"."words" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "members_phone" ON "members" USING btree ("phone") WHERE "members"."phone" is not null;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_erased_words" CHECK ("members"."erased_at" is null or "members"."words" is null);--> statement-breakpoint
-- What members are searched by, as the code makes it (src/modules/customers/words.ts): each word of the name, the address, the telephone number backwards.
UPDATE "members" m SET "words" = array_to_tsvector(found.words) FROM (
	SELECT "id", array_agg(DISTINCT word) AS words FROM (
		SELECT "id", regexp_split_to_table(
			translate(lower(regexp_replace(normalize("name", NFKD), '[\u0300-\u036f\u064b-\u065f]', '', 'g')), 'يك', 'یک'),
			'[^[:alnum:]]+'
		) AS word FROM "members" WHERE "name" IS NOT NULL
		UNION ALL SELECT "id", '@' || lower("email") FROM "members" WHERE "email" IS NOT NULL
		UNION ALL SELECT "id", '+' || reverse(regexp_replace("phone", '\D', '', 'g')) FROM "members" WHERE "phone" IS NOT NULL
	) AS words WHERE word <> '' GROUP BY "id"
) AS found WHERE found."id" = m."id" AND "erased_at" IS NULL;
