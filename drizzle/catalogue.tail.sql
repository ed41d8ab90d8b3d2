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
