-- A line says what its quantity counts. What was sold before counts as its product does, amounts are pieces.
ALTER TABLE "receipt_lines" ADD COLUMN "unit" text;--> statement-breakpoint
UPDATE receipt_lines l SET unit = coalesce((SELECT p.unit FROM products p WHERE p.id = l.product_id), 'piece');--> statement-breakpoint
ALTER TABLE "receipt_lines" ALTER COLUMN "unit" SET NOT NULL;
