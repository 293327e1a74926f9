//! The chosen theme, kept on this device.

use yew::prelude::*;

use super::draft::storage;

/// `assets/theme.js` reads the same key before the page is drawn.
const KEY: &str = "rubric-playground.theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub const fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The chosen theme, and how to choose another one. It is kept on the device.
#[hook]
pub fn use_theme() -> (Theme, Callback<Theme>) {
    let theme = use_state_eq(|| {
        let word = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        Theme::ALL.into_iter().find(|theme| word.as_deref() == Some(theme.word())).unwrap_or(Theme::System)
    });
    let choose = {
        let theme = theme.setter();
        Callback::from(move |chosen: Theme| {
            if let Some(root) = web_sys::window().and_then(|window| window.document()?.document_element()) {
                let _ = match chosen {
                    Theme::System => root.remove_attribute("data-theme"),
                    Theme::Light | Theme::Dark => root.set_attribute("data-theme", chosen.word()),
                };
            }
            if let Some(storage) = storage() {
                let _ = storage.set_item(KEY, chosen.word());
            }
            theme.set(chosen);
        })
    };
    (*theme, choose)
}
