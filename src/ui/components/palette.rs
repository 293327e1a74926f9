//! The command palette, the help sheet, and the keys of the whole page.

use web_sys::KeyboardEvent;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::ui::commands::{self, OTHER_KEYS, Run};
use crate::ui::components::chooser::{Choice, Chooser};
use crate::ui::components::dialog::Dialog;
use crate::ui::components::draft_history::DraftHistory;
use crate::ui::components::file_list::file_chooser;
use crate::ui::components::why;
use crate::ui::dialogs;
use crate::ui::drawn::draw;
use crate::ui::hooks::{Theme, use_window_key};
use crate::ui::route::Route;
use crate::ui::state::{Store, use_store};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Chooses a theme.
    pub choose_theme: Callback<Theme>,
}

/// The dialogs that can be opened from everywhere, and the keys that open them.
#[component]
pub fn Palette(props: &Props) -> Html {
    let store = use_store();
    let navigator = use_navigator().expect("the application has a router");
    let route = use_route::<Route>();
    let run = {
        let (store, choose_theme) = (store.clone(), props.choose_theme.clone());
        let in_playground = route == Some(Route::Playground);
        Callback::from(move |run: Run| {
            dialogs::close(dialogs::PALETTE);
            let go_there = || {
                if !in_playground {
                    navigator.push(&Route::Playground);
                }
            };
            match run {
                Run::Do(action) => store.dispatch(action),
                Run::DoThere(action) => {
                    go_there();
                    store.dispatch(action);
                }
                Run::Go(route) => navigator.push(&route),
                Run::Open(dialog) => dialogs::open(dialog),
                Run::Press(id) => {
                    go_there();
                    commands::press(id);
                }
                Run::PressOn(route, id) => {
                    navigator.push(&route);
                    commands::press(id);
                }
                Run::Why(rule) => {
                    go_there();
                    why::ask(rule);
                }
                Run::Theme(theme) => choose_theme.emit(theme),
            }
        })
    };
    {
        let (run, store) = (run.clone(), store.clone());
        // Renewed at every drawing: the key must meet the state as it is then.
        let press = Callback::from(move |(event, in_field): (KeyboardEvent, bool)| {
            if let Some(command) = commands::of_key(&event, in_field, &store) {
                event.prevent_default();
                run.emit(command);
            }
        });
        use_window_key(press);
    }
    let content = |draw: fn(&Store) -> Html| {
        let store = store.clone();
        Callback::from(move |()| draw(&store))
    };
    let palette = {
        let store = store.clone();
        Callback::from(move |()| actions(&store, &run))
    };
    html! {
        <>
            { draw!(Dialog { id: dialogs::PALETTE, title: "Actions", class: "dialog-wide", content: palette }) }
            { draw!(Dialog { id: dialogs::HELP, title: "Keys", class: "dialog-wide", content: content(help) }) }
            { draw!(Dialog { id: dialogs::FILES, title: "Open files", class: "dialog-wide", content: content(file_chooser) }) }
            { draw!(Dialog { id: dialogs::DRAFTS, title: "Drafts", class: "dialog-wide", content: |()| draw!(DraftHistory) }) }
        </>
    }
}

fn actions(store: &Store, run: &Callback<Run>) -> Html {
    let all = commands::commands(store);
    let choices = all
        .iter()
        .map(|command| Choice {
            label: command.words.clone().into(),
            detail: if command.keys.is_empty() { command.group.into() } else { command.keys.into() },
            words: command.group.into(),
            current: false,
        })
        .collect::<Vec<_>>();
    let choose = {
        let run = run.clone();
        Callback::from(move |index: usize| run.emit(all[index].run.clone()))
    };
    draw!(Chooser {
        id: "palette-chooser",
        label: "Actions",
        placeholder: "What do you want to do?",
        noun: "action",
        choices,
        on_choose: choose,
    })
}

fn help(store: &Store) -> Html {
    let rows = OTHER_KEYS.iter().map(|(words, keys)| ((*words).to_owned(), *keys)).chain(
        commands::commands(store)
            .into_iter()
            .filter(|command| !command.keys.is_empty())
            .map(|command| (command.words, command.keys)),
    );
    html! {
        <>
            <p class="help-words">
                { "“Actions” has all that can be done. On a Mac, Cmd stands for Ctrl." }
            </p>
            <table class="help">
                <tbody>
                    { for rows.map(|(words, keys)| html! {
                        <tr>
                            <th scope="row">{ words }</th>
                            <td>{ for keys.split(' ').map(|key| if matches!(key, "then") {
                                html! { { " then " } }
                            } else {
                                html! { <><kbd>{ key.to_owned() }</kbd>{ " " }</> }
                            }) }</td>
                        </tr>
                    }) }
                </tbody>
            </table>
        </>
    }
}
