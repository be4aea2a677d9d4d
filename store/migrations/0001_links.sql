-- What support asked of a customer.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    ticket TEXT NOT NULL,
    note TEXT NOT NULL,
    language TEXT,
    -- Methods, mode and endpoints, as JSON.
    asked TEXT NOT NULL,
    starts_itself BIGINT NOT NULL,
    level TEXT NOT NULL,
    runs BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    opened_at BIGINT,
    -- The report whose check this one repeats.
    after_report TEXT,
    profile TEXT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX links_changed ON links (changed_at);
CREATE INDEX links_created ON links (created_at);
CREATE INDEX links_ticket ON links (ticket);

-- The runs that a link's page began, by the page's word.
CREATE TABLE link_runs (
    link TEXT NOT NULL,
    run TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    broken_off_at BIGINT,
    PRIMARY KEY (link, run)
);
