-- What came back, one row a run of a link.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    -- The link and the run, or what stands for them where there is none.
    origin TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    link TEXT,
    ticket TEXT,
    run TEXT,
    arrived_at BIGINT NOT NULL,
    started_at BIGINT,
    result TEXT,
    first_cause TEXT,
    place TEXT,
    strength TEXT,
    browser TEXT,
    language TEXT,
    level TEXT,
    intact BIGINT NOT NULL,
    read_at BIGINT,
    -- What is searched, in small letters.
    words TEXT NOT NULL,
    -- What the server saw of the run, as JSON.
    ledger TEXT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX reports_arrived ON reports (arrived_at);
CREATE INDEX reports_changed ON reports (changed_at);
CREATE INDEX reports_link ON reports (link);
CREATE INDEX reports_ticket ON reports (ticket);

-- The bytes that came, each text once a report, the newest being the report's.
CREATE TABLE report_bodies (
    report TEXT NOT NULL,
    digest TEXT NOT NULL,
    arrived_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    encoding TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (report, digest)
);
