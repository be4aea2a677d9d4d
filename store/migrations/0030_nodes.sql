-- The servers that share this store, each a process. One that was given up stays for a while, to be named.
CREATE TABLE nodes (
    instance TEXT NOT NULL,
    -- Which life of it: given up by the others it begins another.
    epoch BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    -- Grows with each flush; nothing else tells that it lives.
    beat BIGINT NOT NULL,
    -- On its own clock, microseconds.
    seen_through BIGINT NOT NULL,
    -- How often it lost something that could have been of any run.
    doubts BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (instance, epoch)
);
