//! The parts of the pages, one a file.

pub mod announcer;
pub mod copy_finding;
pub mod editor_pane;
pub mod export_menu;
pub mod file_tabs;
pub mod finding_detail;
pub mod finding_list;
pub mod header;
pub mod learn;
pub mod level;
pub mod link_notice;
pub mod notices;
pub mod open_files;
pub mod patch_notice;
pub mod printed_report;
pub mod rule_card;
pub mod rule_filters;
pub mod rule_pair;
pub mod sample_menu;
pub mod scorecard;
pub mod share;
pub mod start_over;
pub mod status_line;
pub mod unchanged;
pub mod uncopied;
pub mod with_code;
