-- What strangers leave for a while where nodes share this store: offered reports, and reports that come in pieces.
CREATE TABLE shelves (
    shelf TEXT NOT NULL,
    name TEXT NOT NULL,
    -- How many parts it has when it is whole.
    parts BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    -- Who left it: an address as a number under the nodes' key.
    source TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (shelf, name)
);

CREATE TABLE shelf_parts (
    shelf TEXT NOT NULL,
    name TEXT NOT NULL,
    -- From 1.
    n BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (shelf, name, n)
);

-- The key under which all nodes number addresses.
CREATE TABLE node_keys (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
