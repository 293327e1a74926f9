//! Makes a link that opens chosen exercises.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::exercise::Kind;
use crate::exercise::listed::{Chosen, Number};
use crate::report::Section;
use crate::ui::clipboard;
use crate::ui::components::dialog::Dialog;
use crate::ui::dialogs;
use crate::ui::download::page_address;
use crate::ui::drawn::draw;
use crate::ui::route::ChosenSet;
use crate::ui::state::use_store;
use crate::ui::words;

/// A button, and the dialog in which a set is put together.
#[component]
pub fn ChooseSet() -> Html {
    let store = use_store();
    let chosen = use_state_eq(Vec::<Number>::new);
    let name = use_state_eq(String::new);
    let write = {
        let name = name.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            name.set(input.value());
        })
    };
    let content = {
        let (chosen, name, dispatch, write) = (chosen, name, store.dispatcher(), write);
        Callback::from(move |()| {
            let set = ChosenSet { set: Chosen::words(&chosen), name: name.trim().to_owned() };
            let link = format!("{}#/learn?{}", page_address(), set.query());
            let copy = {
                let (dispatch, link) = (dispatch.clone(), link.clone());
                Callback::from(move |_: MouseEvent| {
                    clipboard::copy(link.clone(), "the link", dispatch.clone())
                })
            };
            let group = |title: &'static str, section: Option<Section>| {
                let numbers = Number::all().filter(|number| number.listed().section() == section);
                html! {
                    <fieldset class="set-group" key={title}>
                        <legend>{ title }</legend>
                        { for numbers.map(|number| {
                            let listed = number.listed();
                            let chosen = chosen.clone();
                            let is_chosen = chosen.contains(&number);
                            let toggle = Callback::from(move |_: Event| {
                                let mut next = (*chosen).clone();
                                if is_chosen {
                                    next.retain(|other| *other != number);
                                } else {
                                    next.push(number);
                                }
                                chosen.set(next);
                            });
                            let rule = listed.rule.filter(|_| listed.kind != Kind::Find);
                            html! {
                                <label class="set-choice" key={listed.id}>
                                    <input type="checkbox" checked={is_chosen} onchange={toggle} />
                                    <span>
                                        { listed.title }
                                        if let Some(rule) = rule { <span class="exercise-rule">{ rule.id() }</span> }
                                    </span>
                                </label>
                            }
                        }) }
                    </fieldset>
                }
            };
            html! {
                <>
                        <p>{ "Who opens it sees these exercises, in the order in which you choose them." }</p>
                        <label class="filter">
                            <span class="filter-label">{ "Name of the set" }</span>
                            <input class="field" type="text" placeholder="week one" value={(*name).clone()} oninput={write.clone()} />
                        </label>
                        <div class="set-choices">
                            { for Section::ALL.into_iter().map(|section| group(section.title(), Some(section))) }
                            { group("Mixed", None) }
                        </div>
                        <p class="set-link" role="status">
                            if chosen.is_empty() {
                                { "Nothing is chosen yet." }
                            } else {
                                { words::count(chosen.len(), "exercise") }{ ": " }<code>{ &link }</code>
                            }
                        </p>
                    <div class="dialog-buttons">
                        <button type="button" class="button button-main" disabled={chosen.is_empty()} onclick={copy}>
                            { "Copy the link" }
                        </button>
                    </div>
                </>
            }
        })
    };
    html! {
        <>
            <button type="button" class="button" onclick={|_| dialogs::open(dialogs::CHOOSE_SET)}>
                { "Make a set" }
            </button>
            { draw!(Dialog {
                id: dialogs::CHOOSE_SET,
                title: "A link to chosen exercises",
                class: "dialog-wide",
                content,
            }) }
        </>
    }
}
