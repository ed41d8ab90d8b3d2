-- A rate in hundredths of a per cent.
INSERT INTO tax_classes (id, name, rate_basis_points, position) VALUES ('tax_24', 'Food', 725, 0);
