ALTER TABLE people ADD COLUMN waiting integer;
