//! The bar on top: where one can go, and the theme.

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::settings::Settings;
use crate::ui::dialogs;
use crate::ui::hooks::Theme;
use crate::ui::route::Route;
use crate::ui::state::use_store;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub theme: Theme,
    pub choose_theme: Callback<Theme>,
}

/// The bar on top of every page. `index.html` shows the same bar while the page loads.
#[component]
pub fn Header(props: &Props) -> Html {
    let route = use_route::<Route>();
    let store = use_store();
    let (theme, choose) = (props.theme, props.choose_theme.clone());
    let changed = *store.settings != Settings::default();
    let link = |to: Route, current: bool, text: &str| {
        html! {
            <a class="nav-link" href={to.address()}>
                <span class="nav-text" data-current={current.to_string()}>
                    { text.to_owned() }
                    if current {
                        <span class="visually-hidden">{ " (this page)" }</span>
                    }
                </span>
            </a>
        }
    };
    let in_learn = matches!(route, Some(Route::Learn | Route::Exercise { .. }));
    let in_rules = matches!(route, Some(Route::Rules | Route::Rule { .. }));
    let skip = Callback::from(|event: MouseEvent| {
        // A real link would change the route.
        event.prevent_default();
        let main = web_sys::window()
            .and_then(|window| window.document()?.query_selector("main h1").ok().flatten())
            .and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(main) = main {
            let _ = main.focus();
        }
    });
    let change = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.word() == select.value()) {
            choose.emit(theme);
        }
    });
    html! {
        <header class="bar">
            <a class="skip" href="#/" onclick={skip}>{ "Skip to the content" }</a>
            <a class="brand" href={Route::Playground.address()}>
                <span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">{ "Rubric Playground" }</span>
            </a>
            <nav class="nav" aria-label="Pages">
                { link(Route::Playground, route == Some(Route::Playground), "Playground") }
                { link(Route::Rules, in_rules, "Rules") }
                { link(Route::Learn, in_learn, "Learn") }
                { link(Route::Settings, route == Some(Route::Settings), "Settings") }
                if changed {
                    <span class="nav-changed" title="The settings are not the defaults">
                        <span class="visually-hidden">{ "changed" }</span>
                    </span>
                }
            </nav>
            <button
                type="button"
                class="button palette-button"
                aria-haspopup="dialog"
                onclick={|_: MouseEvent| dialogs::open(dialogs::PALETTE)}
            >
                <span class="palette-sign" aria-hidden="true">{ "☰" }</span>
                <span class="palette-words">{ "Actions" }</span><kbd>{ "Ctrl K" }</kbd>
            </button>
            <label class="theme">
                <span class="theme-label">{ "Theme" }</span>
                // The attributes of the options alone would be forgotten where the person, or Firefox, has chosen before.
                <select class="select" aria-label="Theme" ~value={theme.word()} onchange={change}>
                    { for Theme::ALL.into_iter().map(|each| html! {
                        <option value={each.word()} selected={each == theme}>{ each.word() }</option>
                    }) }
                </select>
            </label>
        </header>
    }
}
