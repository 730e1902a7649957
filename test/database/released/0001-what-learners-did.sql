CREATE TABLE deployment (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), id text NOT NULL, cluster text NOT NULL);
CREATE TABLE servers (id text PRIMARY KEY, name text NOT NULL, beat bigint NOT NULL);
CREATE TABLE activity (
  session text PRIMARY KEY, current_page text, visited_at timestamptz, last_activity_at timestamptz NOT NULL
);
CREATE TABLE results (
  session text, page text, step text, number integer NOT NULL, state text NOT NULL, failures integer NOT NULL,
  done boolean NOT NULL, command text NOT NULL, server text NOT NULL, result text NOT NULL,
  PRIMARY KEY (session, page, step)
);
CREATE INDEX results_under_way ON results (server) WHERE state IN ('queued', 'running');
CREATE TABLE forgotten (session text PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE tickets (digest bytea PRIMARY KEY, admission text NOT NULL, expires_at timestamptz NOT NULL);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);
CREATE TABLE places (id text PRIMARY KEY, count integer NOT NULL, expires_at timestamptz NOT NULL);
CREATE TABLE rate_limits (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);
