ALTER TABLE people ADD COLUMN rating integer, ADD COLUMN comment text;
