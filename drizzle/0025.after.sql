-- The same rate in thousandths of a per cent; nobody said yet which one is for amounts typed in.
SELECT id FROM tax_classes WHERE id = 'tax_24' AND (rate_pcm <> 7250 OR ordinary);
