CREATE TABLE person_sessions (session text PRIMARY KEY, person text, event text, removed_at timestamptz);
CREATE INDEX person_sessions_by_person ON person_sessions (person);
CREATE INDEX person_sessions_by_event ON person_sessions (event);
INSERT INTO person_sessions (session, person, event) SELECT session, id, event FROM people WHERE session IS NOT NULL
  ON CONFLICT DO NOTHING;
