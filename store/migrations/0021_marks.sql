-- What staff found out about a finding afterwards.
CREATE TABLE marks (
    report TEXT NOT NULL,
    finding TEXT NOT NULL,
    code TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (report, finding)
);

-- The marks that others took the place of, and those that were taken back.
CREATE TABLE marks_before (
    id TEXT NOT NULL PRIMARY KEY,
    report TEXT NOT NULL,
    finding TEXT NOT NULL,
    code TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    ended_by TEXT NOT NULL
);
CREATE INDEX marks_before_report ON marks_before (report);
