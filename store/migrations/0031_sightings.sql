-- What a node says of its part of a run.
CREATE TABLE run_parts (
    run TEXT NOT NULL,
    instance TEXT NOT NULL,
    evicted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    sure BIGINT NOT NULL,
    -- The nodes that may have seen something of it that nobody else knows, as JSON.
    doubted_by TEXT NOT NULL,
    forgotten BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (run, instance)
);
CREATE INDEX run_parts_last ON run_parts (last_at);

-- One arrival of a request, as JSON, under its number on its node.
CREATE TABLE sightings (
    instance TEXT NOT NULL,
    n BIGINT NOT NULL,
    run TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (instance, n)
);
CREATE INDEX sightings_run ON sightings (run);
