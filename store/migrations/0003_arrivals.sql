-- How many reports came by a link, deleted ones included, and which of its runs they were.
ALTER TABLE links ADD COLUMN came BIGINT NOT NULL DEFAULT 0;
ALTER TABLE link_runs ADD COLUMN reported_at BIGINT;
