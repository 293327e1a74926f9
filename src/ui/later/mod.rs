//! The page's second module: views that nobody needs on the first screen, compiled apart and loaded once that stands.
//!
//! `src/bin/later.rs` gives them to the page's first module, which puts one into an element of its own
//! (`components::later`) and tells it what to show. A view has its own state; what it does to the page goes through
//! [`Page`]: the checker is the page's, and so is what is said. One Yew application lies inside the other, so a view
//! links by plain addresses: the page's router hears of those.

mod page;
mod root;
mod suspected;

pub use page::{Held, Page, Told};
pub use root::{Props, Root};
pub use suspected::suspected;

use yew::AppHandle;

/// How many numbers of Yew's are left to the first module. Each of the modules numbers the roots of its own trees from
/// one, and writes the number to the elements: a number that both had would let one answer the other's events. The
/// first module takes one, and one more for each report that is printed.
const NUMBERS_OF_THE_PAGE: usize = 200;

/// What the second module draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The exercises. It is given the route's path, with what stands behind the `?`.
    Learn,
    /// The code that embeds an example. It is given an [`Embedding`](crate::ui::components::embed_code::Embedding).
    Embed,
    /// The settings' form. It is given them as they are: a [`Held`].
    Settings,
    /// Why nothing is found. It is given [`Given`](crate::ui::components::why_answer::Given), or nothing as long as there
    /// is no answer.
    Why,
}

impl View {
    const ALL: [View; 4] = [View::Learn, View::Embed, View::Settings, View::Why];

    /// Its name between the modules.
    pub const fn word(self) -> &'static str {
        match self {
            View::Learn => "learn",
            View::Embed => "embed",
            View::Settings => "settings",
            View::Why => "why",
        }
    }

    /// The view of that name.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }
}

/// Draws a view into an element.
pub fn mount(element: web_sys::Element, props: Props) -> AppHandle<Root> {
    thread_local! {
        static ARE_LEFT: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    if !ARE_LEFT.replace(true)
        && let Some(document) = element.owner_document()
        && let Ok(nowhere) = document.create_element("div")
    {
        for _ in 0..NUMBERS_OF_THE_PAGE {
            yew::Renderer::<root::Nothing>::with_root(nowhere.clone()).render().destroy();
        }
    }
    yew::Renderer::<Root>::with_root_and_props(element, props).render()
}
