CREATE TABLE people (
  id text PRIMARY KEY, event text NOT NULL, name text NOT NULL, listed boolean NOT NULL, joined_at timestamptz,
  visitor text, session text, UNIQUE (event, visitor)
);
CREATE INDEX people_by_session ON people (session);
