CREATE TABLE scores (person text PRIMARY KEY, event text NOT NULL, lab text NOT NULL, platform text NOT NULL,
subject text NOT NULL, line_item text NOT NULL, sent integer);
