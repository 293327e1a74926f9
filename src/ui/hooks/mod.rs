//! What components share that touches the browser or the worker.

mod catalogue;
mod check;
mod draft;
mod judging;
mod menu_place;
mod offline;
mod page_title;
mod progress;
mod requests;
mod settings;
mod theme;
mod window_key;

pub use catalogue::{use_catalogue, use_exercises};
pub use check::use_check;
pub use draft::{Draft, load_draft, use_draft};
pub use judging::{Judged, use_judging};
pub use menu_place::use_menu_places;
pub use offline::{Build, use_build};
pub use page_title::use_page_title;
pub use progress::{Kept, use_progress};
pub use requests::use_request_count;
pub use settings::{load_settings, use_kept_settings};
pub use theme::{Theme, use_theme};
pub use window_key::use_window_key;
