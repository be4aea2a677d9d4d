//! Every limit of the server, in one place.

use pushcheck::wire;

/// How much the server takes and gives. Each is a flag and an environment variable of the program.
#[derive(Clone, Debug, clap::Args)]
pub struct Limits {
    /// Longest hold of a long poll and longest silence of a stream, ms
    #[arg(long = "limit-hold-ms", env = "PUSHCHECK_LIMIT_HOLD_MS", default_value_t = DEFAULT.hold_ms, value_name = "MS")]
    pub hold_ms: u64,
    /// Most ticks that one stream or socket carries
    #[arg(long = "limit-ticks", env = "PUSHCHECK_LIMIT_TICKS", default_value_t = DEFAULT.ticks, value_name = "N")]
    pub ticks: u32,
    /// Largest upload, bytes
    #[arg(long = "limit-upload-bytes", env = "PUSHCHECK_LIMIT_UPLOAD_BYTES", default_value_t = DEFAULT.upload_bytes, value_name = "BYTES")]
    pub upload_bytes: u64,
    /// Largest WebSocket message, bytes
    #[arg(long = "limit-message-bytes", env = "PUSHCHECK_LIMIT_MESSAGE_BYTES", default_value_t = DEFAULT.message_bytes, value_name = "BYTES")]
    pub message_bytes: u64,
    /// Largest burst of messages on one WebSocket, bytes
    #[arg(long = "limit-burst-bytes", env = "PUSHCHECK_LIMIT_BURST_BYTES", default_value_t = DEFAULT.burst_bytes, value_name = "BYTES")]
    pub burst_bytes: u64,
    /// Largest answer that is sent as fast as it is taken, bytes
    #[arg(long = "limit-answer-bytes", env = "PUSHCHECK_LIMIT_ANSWER_BYTES", default_value_t = DEFAULT.answer_bytes, value_name = "BYTES")]
    pub answer_bytes: u64,
    /// Most frames that one WebSocket may send
    #[arg(long = "limit-socket-frames", env = "PUSHCHECK_LIMIT_SOCKET_FRAMES", default_value_t = DEFAULT.socket_frames, value_name = "N")]
    pub socket_frames: u32,
    /// Longest life of one stream or WebSocket, ms
    #[arg(long = "limit-life-ms", env = "PUSHCHECK_LIMIT_LIFE_MS", default_value_t = DEFAULT.life_ms, value_name = "MS")]
    pub life_ms: u64,
    /// Longest life of one stream or WebSocket that a page watches: something goes over it now and then, ms
    #[arg(long = "limit-watch-ms", env = "PUSHCHECK_LIMIT_WATCH_MS", default_value_t = DEFAULT.watch_ms, value_name = "MS")]
    pub watch_ms: u64,
    /// Most requests of one run that are answered
    #[arg(long = "limit-attempts", env = "PUSHCHECK_LIMIT_ATTEMPTS", default_value_t = DEFAULT.attempts, value_name = "N")]
    pub attempts: u32,
    /// Largest report, bytes
    #[arg(long = "limit-report-bytes", env = "PUSHCHECK_LIMIT_REPORT_BYTES", default_value_t = DEFAULT.report_bytes, value_name = "BYTES")]
    pub report_bytes: u64,
    /// All reports kept, bytes; where there are as many, no more are taken until old ones are over their time
    #[arg(long = "limit-reports-bytes", env = "PUSHCHECK_LIMIT_REPORTS_BYTES", default_value_t = DEFAULT.reports_bytes, value_name = "BYTES")]
    pub reports_bytes: u64,
    /// Offered reports kept
    #[arg(long = "limit-offers", env = "PUSHCHECK_LIMIT_OFFERS", default_value_t = DEFAULT.offers, value_name = "N")]
    pub offers: usize,
    /// Offered reports kept of one source address; its oldest is dropped first
    #[arg(long = "limit-source-offers", env = "PUSHCHECK_LIMIT_SOURCE_OFFERS", default_value_t = DEFAULT.source_offers, value_name = "N")]
    pub source_offers: usize,
    /// Offered reports kept, all together, bytes
    #[arg(long = "limit-offers-bytes", env = "PUSHCHECK_LIMIT_OFFERS_BYTES", default_value_t = DEFAULT.offers_bytes, value_name = "BYTES")]
    pub offers_bytes: usize,
    /// Largest head of a request, bytes
    #[arg(long = "limit-header-bytes", env = "PUSHCHECK_LIMIT_HEADER_BYTES", default_value_t = DEFAULT.header_bytes, value_name = "BYTES")]
    pub header_bytes: usize,
    /// Longest time for a TLS handshake and for the head of a request, ms
    #[arg(long = "limit-head-ms", env = "PUSHCHECK_LIMIT_HEAD_MS", default_value_t = DEFAULT.head_ms, value_name = "MS")]
    pub head_ms: u64,
    /// Longest time for the body of a request, ms
    #[arg(long = "limit-body-ms", env = "PUSHCHECK_LIMIT_BODY_MS", default_value_t = DEFAULT.body_ms, value_name = "MS")]
    pub body_ms: u64,
    /// Longest idle time between two requests of a connection, ms
    #[arg(long = "limit-idle-ms", env = "PUSHCHECK_LIMIT_IDLE_MS", default_value_t = DEFAULT.idle_ms, value_name = "MS")]
    pub idle_ms: u64,
    /// Most connections at once
    #[arg(long = "limit-connections", env = "PUSHCHECK_LIMIT_CONNECTIONS", default_value_t = DEFAULT.connections, value_name = "N")]
    pub connections: usize,
    /// Most connections at once from one source address
    #[arg(long = "limit-source-connections", env = "PUSHCHECK_LIMIT_SOURCE_CONNECTIONS", default_value_t = DEFAULT.source_connections, value_name = "N")]
    pub source_connections: u32,
    /// Most connections at once of one run
    #[arg(long = "limit-run-connections", env = "PUSHCHECK_LIMIT_RUN_CONNECTIONS", default_value_t = DEFAULT.run_connections, value_name = "N")]
    pub run_connections: u32,
    /// Most long requests (long polls, streams, WebSockets) at once
    #[arg(long = "limit-long", env = "PUSHCHECK_LIMIT_LONG", default_value_t = DEFAULT.long, value_name = "N")]
    pub long: u32,
    /// Most long requests at once from one source address
    #[arg(long = "limit-source-long", env = "PUSHCHECK_LIMIT_SOURCE_LONG", default_value_t = DEFAULT.source_long, value_name = "N")]
    pub source_long: u32,
    /// Most long requests at once of one run
    #[arg(long = "limit-run-long", env = "PUSHCHECK_LIMIT_RUN_LONG", default_value_t = DEFAULT.run_long, value_name = "N")]
    pub run_long: u32,
    /// Requests per second from one source address, but for files; four seconds' worth may come at once
    #[arg(long = "limit-source-rate", env = "PUSHCHECK_LIMIT_SOURCE_RATE", default_value_t = DEFAULT.source_rate, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub source_rate: u32,
    /// Requests per second of one run; four seconds' worth may come at once
    #[arg(long = "limit-run-rate", env = "PUSHCHECK_LIMIT_RUN_RATE", default_value_t = DEFAULT.run_rate, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub run_rate: u32,
    /// Runs remembered
    #[arg(long = "limit-runs", env = "PUSHCHECK_LIMIT_RUNS", default_value_t = DEFAULT.runs, value_name = "N")]
    pub runs: usize,
    /// Runs remembered from one source address
    #[arg(long = "limit-source-runs", env = "PUSHCHECK_LIMIT_SOURCE_RUNS", default_value_t = DEFAULT.source_runs, value_name = "N")]
    pub source_runs: usize,
    /// Sightings remembered, of all runs together; 2.4 kB each, 7.3 kB at most
    #[arg(long = "limit-sightings", env = "PUSHCHECK_LIMIT_SIGHTINGS", default_value_t = DEFAULT.sightings, value_name = "N")]
    pub sightings: usize,
    /// Sightings in answered ledgers that are on their way at once; further ledgers wait
    #[arg(long = "limit-ledger-sightings", env = "PUSHCHECK_LIMIT_LEDGER_SIGHTINGS", default_value_t = DEFAULT.ledger_sightings, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub ledger_sightings: u32,
    /// How long a run is remembered after its last request, and an offered report after its last use, ms
    #[arg(long = "limit-keep-ms", env = "PUSHCHECK_LIMIT_KEEP_MS", default_value_t = DEFAULT.keep_ms, value_name = "MS")]
    pub keep_ms: u64,
    /// Longest time for what is open to end when the server is told to stop, ms
    #[arg(long = "limit-drain-ms", env = "PUSHCHECK_LIMIT_DRAIN_MS", default_value_t = DEFAULT.drain_ms, value_name = "MS")]
    pub drain_ms: u64,
}

impl Limits {
    /// Those that a page should know.
    pub fn to_wire(&self) -> wire::Limits {
        wire::Limits {
            hold_ms: self.hold_ms,
            ticks: self.ticks,
            upload_bytes: self.upload_bytes,
            message_bytes: self.message_bytes,
            life_ms: self.life_ms,
            attempts: self.attempts,
            report_bytes: self.report_bytes,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        DEFAULT
    }
}

/// Per source enough for an office behind one address, 200 people with three pages each; tighter per run, since a run is
/// one page.
const DEFAULT: Limits = Limits {
    // Twice the minute at which most proxies cut an idle response.
    hold_ms: 130_000,
    ticks: 200,
    upload_bytes: 256 * 1024,
    // What apps send at once. A socket holds a message three times at most: read, put together, echoed.
    message_bytes: 256 * 1024,
    burst_bytes: 256 * 1024,
    // More than a browser takes of an answer that its page does not read.
    answer_bytes: 24_000_000,
    socket_frames: 20_000,
    life_ms: 300_000,
    // The longest watch, and what comes before it.
    watch_ms: 8 * 3_600_000 + 60_000,
    // In eight hours a long poll of 25 s is asked for 1,152 times; beside that there is room for a cut every half minute.
    attempts: 2_000,
    // No page sends more.
    report_bytes: 256 * 1024,
    reports_bytes: 4_000_000_000,
    // Of an office of 200 every third one may ask somebody for help at once. Half of all may be as large as can be.
    offers: 256,
    source_offers: 64,
    offers_bytes: 8_000_000,
    header_bytes: 16 * 1024,
    head_ms: 10_000,
    body_ms: 30_000,
    // Longer than the minute for which browsers and proxies expect a connection to be kept.
    idle_ms: 75_000,
    connections: 10_000,
    source_connections: 4_000,
    run_connections: 48,
    long: 8_000,
    source_long: 3_000,
    run_long: 32,
    source_rate: 4_000,
    run_rate: 50,
    runs: 5_000,
    source_runs: 1_000,
    // 600 pages at once make up to 45 arrivals each, 27,000; and as many again, since whoever is unsure presses the
    // button twice. Measured: 2.4 kB each with 17 fields (145 MB when full), 7.3 kB at most (440 MB).
    sightings: 60_000,
    // About 2 kB of JSON each, 7.5 kB at most: 75 MB.
    ledger_sightings: 10_000,
    keep_ms: 15 * 60_000,
    drain_ms: 5_000,
};

#[cfg(test)]
mod tests {
    use pushcheck::plan::budget;
    use pushcheck::time::Micros;

    use super::*;

    #[test]
    fn an_office_finds_room_twice() {
        // 200 people with three pages each; a quick run makes 25 to 45 arrivals.
        let (pages, arrivals) = (600, 45);
        assert!(DEFAULT.source_runs >= pages);
        assert!(DEFAULT.sightings >= 2 * pages * arrivals);
        assert!(DEFAULT.attempts as usize >= arrivals);
    }

    #[test]
    fn the_longest_watch_finds_room() {
        let polls = budget::WATCH_MOST.0 / budget::USUAL_BEAT.0;
        assert!(u64::from(DEFAULT.attempts) > polls + 100);
        assert!(Micros::ms(DEFAULT.watch_ms) > budget::WATCH_MOST);
        let echoes = budget::WATCH_MOST.0 / budget::LEAST_WATCH_BEAT.0;
        assert!(u64::from(DEFAULT.socket_frames) > echoes);
    }
}
