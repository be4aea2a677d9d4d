-- What strangers leave for a while: offers, and pieces of reports.
CREATE TABLE shelves (
    shelf TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    source TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (shelf, name)
);
CREATE INDEX shelves_used ON shelves (shelf, used_at);
