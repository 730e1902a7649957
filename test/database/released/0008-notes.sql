CREATE TABLE notes (session text, page text, text text NOT NULL, version integer NOT NULL, PRIMARY KEY (session, page));
