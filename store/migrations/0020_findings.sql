-- What an intact report says of causes and methods, for filters and figures.
CREATE TABLE report_findings (
    report TEXT NOT NULL,
    -- Its place in the report.
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    method TEXT,
    -- No other finding explains it.
    is_own BIGINT NOT NULL,
    PRIMARY KEY (report, at)
);
CREATE INDEX report_findings_code ON report_findings (code);

CREATE TABLE report_methods (
    report TEXT NOT NULL,
    method TEXT NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (report, method)
);
