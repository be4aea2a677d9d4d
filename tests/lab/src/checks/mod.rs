//! `page`: whole runs of the page in each browser, and the bad days.

mod access;
mod another;
pub(crate) mod docs;
mod embedding;
mod explain;
mod failure;
mod field;
mod healthy;
mod keyboard;
mod lanes;
mod life;
mod link;
mod linked;
mod log;
mod misuse;
mod observe;
mod outage;
mod packaged;
mod policy;
mod read;
mod round;
mod staff;
mod tester;
mod watch;

use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::browser::{Browser, Running};
use field::Field;

/// The most that a quick run may take by its own promise, with room for a machine that is busy with others.
const RUN: Duration = Duration::from_secs(12 + 8);

/// How long a page may take for anything else.
const SOON: Duration = Duration::from_secs(10);

/// The most that one check may take.
const CHECK: Duration = Duration::from_secs(90);

/// The most that twenty runs in a row may take.
const ROW: Duration = Duration::from_secs(300);

/// Whole runs of the page in real browsers, and the bad days.
///
/// Exits with 1 when a check failed. What a browser truly cannot do is printed as not run, with the reason.
#[derive(Clone, Debug, Args)]
pub struct Checks {
    /// Where to run (repeatable; default: everywhere)
    #[arg(long = "browser", value_enum, value_name = "BROWSER")]
    browsers: Vec<Browser>,
    /// A running server for the healthy runs instead of one of our own: the page's plain URL
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Only checks whose names contain this (repeatable)
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// How many browsers at once (default: two for each processor)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: Option<u8>,
    /// Pages made of the package for npm, and one page in a file, instead; the environment says where they are
    #[arg(long)]
    packaged: bool,
    /// Print the names of all checks and end
    #[arg(long)]
    list: bool,
}

impl Checks {
    /// All that may be asked for.
    const fn all(&self) -> &'static [Check] {
        if self.packaged { PACKAGED } else { ALL }
    }
}

/// What a check runs with.
struct Lab {
    field: Arc<Field>,
    browser: Running,
}

/// What became of a check that did not fail.
enum Outcome {
    /// All was as it must be; what was seen, if worth a word.
    Passed(String),
    /// This browser cannot do it.
    NotRun(&'static str),
}

impl Outcome {
    fn ok() -> Result<Self> {
        Ok(Self::Passed(String::new()))
    }
}

type Doing<'a> = Pin<Box<dyn Future<Output = Result<Outcome>> + Send + 'a>>;

/// A named check.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    limit: Duration,
    run: for<'a> fn(&'a Lab) -> Doing<'a>,
}

macro_rules! checks {
    ($($limit:ident $room:ident :: $name:ident),* $(,)?) => {
        &[$(Check { name: stringify!($name), limit: $limit, run: |lab| Box::pin($room::$name(lab)) }),*]
    };
}

/// All of them; the longest first, so that several browsers at once end together.
const ALL: &[Check] = checks![
    ROW life::twenty_runs_in_a_row_leave_nothing,
    ROW access::every_state_is_accessible,
    ROW access::every_state_is_accessible_in_the_dark,
    ROW access::nothing_is_wider_than_a_small_phone,
    ROW docs::what_readme_shows_runs,
    ROW docs::what_docs_show_of_embedding_runs,
    ROW docs::what_docs_show_of_options_runs,
    ROW docs::what_docs_show_of_events_runs,
    ROW docs::what_docs_show_of_looks_runs,
    ROW docs::what_docs_show_of_reports_runs,
    ROW docs::what_docs_show_of_support_runs,
    ROW docs::what_docs_show_of_the_pages_code_runs,
    ROW staff::a_link_goes_out_and_its_report_comes_in,
    ROW staff::three_nodes_are_one_to_whoever_reads_and_whoever_sends,
    ROW staff::markup_in_what_staff_read_is_text,
    ROW staff::a_report_of_three_nodes_is_whole_or_says_what_is_missing,
    CHECK access::every_word_comes_from_the_texts,
    CHECK access::arrows_go_from_reader_to_reader,
    CHECK access::the_surface_is_what_is_declared,
    CHECK healthy::every_method_passes_with_real_numbers,
    CHECK another::two_devices_are_judged_together,
    CHECK another::a_plain_half_joins_its_https_page,
    CHECK another::a_report_leaves_by_whatever_works,
    CHECK link::a_link_says_who_asks_and_sends_what_it_shows,
    CHECK link::a_link_starts_by_itself_only_where_it_may,
    CHECK link::a_link_that_is_refused_says_what_to_do,
    CHECK link::a_link_that_nobody_tells_of_lets_the_check_run,
    CHECK link::a_link_stays_for_a_reload_of_its_tab,
    CHECK link::markup_in_a_link_is_text,
    CHECK link::what_a_link_says_is_bounded,
    CHECK link::a_level_is_lowered_and_never_raised,
    CHECK link::a_page_left_in_a_linked_run_says_so,
    CHECK link::a_link_is_accessible,
    CHECK linked::what_is_sent_by_a_link_is_kept_as_it_was_shown,
    CHECK linked::a_page_loaded_again_goes_on_by_its_link,
    CHECK linked::what_a_link_names_elsewhere_is_tried,
    CHECK linked::a_link_taken_back_takes_no_report,
    CHECK linked::a_report_goes_by_its_link_whatever_works,
    CHECK healthy::the_report_counts_what_the_server_counted,
    CHECK healthy::events_reach_the_page_in_order,
    CHECK outage::a_server_killed_mid_run_is_named,
    CHECK outage::html_for_everything_is_not_taken_for_ours,
    CHECK outage::an_unreachable_server_is_named,
    CHECK outage::offline_before_the_run_is_named,
    CHECK outage::offline_during_the_run_is_named,
    CHECK life::stop_gives_a_partial_report,
    CHECK life::a_signal_aborted_before_gives_a_report,
    CHECK life::a_removed_element_leaves_nothing,
    CHECK life::a_tab_closed_mid_run_leaves_nothing,
    CHECK life::a_page_left_mid_run_leaves_nothing,
    CHECK life::two_elements_on_one_page_both_pass,
    CHECK log::a_log_is_read_or_called_by_its_reason,
    CHECK failure::a_panic_of_ours_settles_every_run_and_leaves_nothing,
    CHECK watch::a_page_left_in_a_watch_sends_what_it_saw_if_it_may,
    CHECK life::a_hidden_tab_reports_in_time,
    CHECK misuse::every_misuse_names_its_field,
    CHECK misuse::a_plain_web_socket_on_an_https_page_is_misuse,
    CHECK embedding::two_lines_on_another_origin_pass,
    CHECK embedding::two_lines_on_the_same_origin_pass,
    CHECK embedding::a_frame_posts_to_the_configured_origin,
    CHECK embedding::a_frame_posts_to_nobody_else,
    CHECK embedding::a_sandbox_that_only_runs_scripts_will_do,
    CHECK embedding::a_hostile_style_sheet_breaks_nothing,
    CHECK embedding::examples_report_and_unmount,
    CHECK explain::what_is_found_is_told_to_each_reader,
    CHECK explain::a_newer_report_is_shown_as_far_as_it_is_known,
    CHECK explain::the_picture_claims_no_more_than_is_known,
    CHECK explain::what_is_pasted_is_code,
    CHECK explain::the_element_speaks_japanese_where_the_page_does,
    CHECK explain::what_was_set_before_is_taken_up,
    CHECK read::a_link_is_read_without_asking_anybody,
    CHECK read::files_are_shown_or_named_with_the_reason,
    CHECK keyboard::tab_and_enter_start_it_with_visible_focus,
    CHECK lanes::the_https_lane_passes_over_http_2,
    CHECK lanes::a_plain_lane_of_an_https_page_is_skipped,
    ROW observe::what_the_pages_own_code_spoils_is_named,
    ROW observe::apps_that_are_right_are_not_blamed,
    CHECK tester::a_link_to_the_tester_starts_nothing,
    CHECK tester::a_web_socket_is_talked_with,
    CHECK tester::an_event_stream_and_requests_are_shown,
    CHECK tester::markup_in_the_tester_is_text,
    CHECK tester::a_session_of_the_tester_comes_back,
    CHECK tester::a_flood_of_messages_is_bounded,
    CHECK tester::the_tester_is_accessible,
    CHECK tester::the_tester_is_not_wider_than_a_small_phone,
    CHECK tester::the_tester_goes_by_keyboard_alone,
    CHECK policy::our_own_policy_is_not_violated,
    CHECK policy::a_policy_without_wasm_is_named,
    CHECK policy::a_fallback_names_what_forbids_it,
    CHECK packaged::integrity_is_what_the_build_says,
];

/// Of what is packed first.
const PACKAGED: &[Check] = checks![
    CHECK packaged::an_app_built_by_vite_is_whole,
    CHECK packaged::an_app_served_by_vite_is_whole,
    CHECK packaged::a_page_without_a_bundler_is_whole,
    CHECK packaged::one_page_in_a_file_is_whole,
    CHECK linked::one_page_in_a_file_answers_a_link,
];

/// Runs the checks and says whether all is well.
pub async fn command(checks: &Checks) -> ExitCode {
    if checks.list {
        checks
            .all()
            .iter()
            .for_each(|check| println!("{}", check.name));
        return ExitCode::SUCCESS;
    }
    match round::all(checks).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("pushcheck-lab: {failed} failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("pushcheck-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}
