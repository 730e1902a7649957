CREATE TABLE outcomes (
  person text, event text NOT NULL, page text, step text, number integer NOT NULL, tries integer NOT NULL,
  failures integer NOT NULL, first_at timestamptz NOT NULL, done_at timestamptz, PRIMARY KEY (person, page, step)
);
CREATE INDEX outcomes_by_event ON outcomes (event);
