CREATE TABLE "import_keys" (
	"import_id" text collate "C" NOT NULL,
	"key" text collate "C" NOT NULL,
	"line" integer NOT NULL,
	CONSTRAINT "import_keys_once" PRIMARY KEY("import_id","key")
);
--> statement-breakpoint
CREATE TABLE "import_pieces" (
	"import_id" text collate "C" NOT NULL,
	"number" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "import_pieces_once" PRIMARY KEY("import_id","number")
);
--> statement-breakpoint
CREATE TABLE "import_refused" (
	"import_id" text collate "C" NOT NULL,
	"pass" text NOT NULL,
	"line" integer NOT NULL,
	"field" text,
	"refusal" jsonb NOT NULL,
	"cells" jsonb NOT NULL,
	CONSTRAINT "import_refused_once" PRIMARY KEY("import_id","pass","line")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"kind" text collate "C" NOT NULL,
	"file_name" text NOT NULL,
	"bytes" bigint NOT NULL,
	"language" text NOT NULL,
	"actor" jsonb NOT NULL,
	"staff_id" text collate "C",
	"form" jsonb,
	"header" jsonb,
	"matching" jsonb,
	"cursor" integer DEFAULT 0 NOT NULL,
	"bytes_read" bigint DEFAULT 0 NOT NULL,
	"counts" jsonb NOT NULL,
	"found" jsonb,
	"made" jsonb NOT NULL,
	"failure" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"uploaded_at" timestamp (3) with time zone,
	"check_begun_at" timestamp (3) with time zone,
	"checked_at" timestamp (3) with time zone,
	"confirmed_at" timestamp (3) with time zone,
	"done_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"failed_at" timestamp (3) with time zone,
	"cleared_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "product_barcodes" (
	"barcode" text collate "C" PRIMARY KEY NOT NULL,
	"product_id" text collate "C" NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "product_images" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"product_id" text collate "C" NOT NULL,
	"content_type" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tax_classes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"rate_basis_points" integer NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "tax_classes_rate" CHECK ("tax_classes"."rate_basis_points" between 0 and 10000)
);
--> statement-breakpoint
ALTER TABLE "categories" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "categories" ADD COLUMN "archived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "brand" text;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "description" text;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "tax_class_id" text collate "C";--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "image_id" text collate "C";--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "words" "tsvector" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "updated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "hours" jsonb;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "prices_include_tax" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "stores" ADD COLUMN "updated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "import_pieces" ADD CONSTRAINT "import_pieces_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_barcodes" ADD CONSTRAINT "product_barcodes_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "product_images" ADD CONSTRAINT "product_images_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imports_created" ON "imports" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "product_barcodes_product" ON "product_barcodes" USING btree ("product_id");--> statement-breakpoint
CREATE INDEX "product_images_product" ON "product_images" USING btree ("product_id");--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_tax_class_id_tax_classes_id_fk" FOREIGN KEY ("tax_class_id") REFERENCES "public"."tax_classes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "products_name" ON "products" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "products_price" ON "products" USING btree ("price_cents","id");--> statement-breakpoint
CREATE INDEX "products_words" ON "products" USING gin ("words");--> statement-breakpoint
UPDATE "stores" SET "updated_at" = "created_at";--> statement-breakpoint
INSERT INTO "product_barcodes" ("barcode", "product_id", "added_at")
SELECT "barcode", "id", "created_at" FROM "products" WHERE "barcode" IS NOT NULL;--> statement-breakpoint
UPDATE "products" SET "updated_at" = "created_at";--> statement-breakpoint
-- The words of a name with all their endings, as the code makes them (src/modules/stores/search-words.ts).
UPDATE "products" p SET "words" = found.words FROM (
	SELECT "id", array_to_tsvector(array_agg(DISTINCT substr(word, place))) AS words
	FROM (
		SELECT "id", regexp_split_to_table(
			translate(lower(regexp_replace(normalize("name", NFKD), '[\u0300-\u036f\u064b-\u065f]', '', 'g')), 'يك', 'یک'),
			'[^[:alnum:]]+'
		) AS word FROM "products"
	) AS words, generate_series(1, greatest(length(word) - 1, 1)) AS place
	WHERE word <> '' GROUP BY "id"
) AS found WHERE found."id" = p."id";
