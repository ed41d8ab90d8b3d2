-- The barcode is among the product's barcodes, and both are found by any part of a word.
SELECT p.id FROM products p WHERE p.id IN ('prd_7', 'prd_8') AND (
	p.updated_at <> p.created_at
	OR (p.barcode IS NOT NULL AND NOT EXISTS (SELECT FROM product_barcodes b WHERE b.barcode = p.barcode AND b.product_id = p.id))
	OR NOT p.words @@ CASE p.id WHEN 'prd_7' THEN '''rulee'':* & ''cre'':*' ELSE '''жан'':*' END::tsquery
);
