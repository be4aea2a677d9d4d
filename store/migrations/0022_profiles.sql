-- Endpoints that the team knows by name.
CREATE TABLE profiles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- URL, method, query, messages, tags and notes, as JSON.
    told TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX profiles_updated ON profiles (updated_at);
