-- Whom to tell that a report arrived.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    -- What is sent is signed with it: it is needed as it is.
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);

-- What they are to be told, until they have heard it.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    webhook TEXT NOT NULL,
    -- What is told, as JSON.
    facts TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- Until when one node has it, and which.
    leased_until BIGINT NOT NULL,
    leased_by TEXT,
    -- Heard, or given up.
    done_at BIGINT,
    -- Of the last try.
    tried_at BIGINT,
    problem TEXT
);
CREATE INDEX deliveries_due ON deliveries (webhook, done_at, next_at);
