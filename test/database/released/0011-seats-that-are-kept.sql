ALTER TABLE people ADD COLUMN kept_until timestamptz;
