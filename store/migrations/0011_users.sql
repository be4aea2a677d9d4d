-- Who may come in.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in small letters: nobody looks like somebody else.
    folded TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    -- An argon2id hash in PHC's format; none until an invitation is accepted.
    password TEXT,
    created_at BIGINT NOT NULL
);

-- Who may choose a password, once. Without a user: who becomes the first one.
CREATE TABLE invitations (
    digest TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    expires_at BIGINT NOT NULL
);

-- Who is in.
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
