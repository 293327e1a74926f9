//! A field and a list that it narrows, by keyboard and by pointer: the palette and the list of files are such.

use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub label: AttrValue,
    /// What stands at the end of the line: a key, a count.
    pub detail: AttrValue,
    /// Words that find the line besides those that it shows.
    pub words: AttrValue,
    /// Whether it is the one that is in force now.
    pub current: bool,
}

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Unique on the page: the ids of the parts begin with it.
    pub id: AttrValue,
    pub label: AttrValue,
    pub placeholder: AttrValue,
    pub choices: Vec<Choice>,
    /// What the lines are called: `file`, `action`.
    pub noun: &'static str,
    /// Called with the index of the choice.
    pub on_choose: Callback<usize>,
}

/// More lines than these are not drawn: words narrow the list faster than eyes.
const LINES: usize = 200;

/// A combobox over a list.
#[component]
pub fn Chooser(props: &Props) -> Html {
    let query = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0);
    let found = narrowed(&props.choices, &query);
    let shown = found.len().min(LINES);
    let at = (*chosen).min(shown.saturating_sub(1));
    let option_id = |line: usize| format!("{}-option-{line}", props.id);
    {
        let id = option_id(at);
        use_effect_with((at, (*query).clone()), move |_| {
            let option = web_sys::window()
                .and_then(|window| window.document()?.get_element_by_id(&id))
                .and_then(|element| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(element).ok());
            if let Some(option) = option {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                option.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }
    let typed = {
        let (query, chosen) = (query.setter(), chosen.setter());
        Callback::from(move |event: InputEvent| {
            query.set(event.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        })
    };
    let press = {
        let (chosen, on_choose, found) = (chosen.setter(), props.on_choose.clone(), found.clone());
        let (choices, query) = (props.choices.clone(), (*query).clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = shown.saturating_sub(1);
            let next = match event.key().as_str() {
                "ArrowDown" if at == last => 0,
                "ArrowDown" => at + 1,
                "ArrowUp" if at == 0 => last,
                "ArrowUp" => at - 1,
                "PageDown" => (at + 10).min(last),
                "PageUp" => at.saturating_sub(10),
                "Enter" => {
                    event.prevent_default();
                    // The list is drawn a moment after the letters: what counts is what stands in the field.
                    let written = event.target_unchecked_into::<HtmlInputElement>().value();
                    let index = if written == query {
                        found.get(at).copied()
                    } else {
                        narrowed(&choices, &written).first().copied()
                    };
                    if let Some(index) = index {
                        on_choose.emit(index);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            chosen.set(next);
        })
    };
    let list_id = format!("{}-list", props.id);
    html! {
        <div class="chooser">
            <input
                class="field"
                type="text"
                role="combobox"
                autofocus=true
                aria-label={props.label.clone()}
                aria-expanded="true"
                aria-controls={list_id.clone()}
                aria-autocomplete="list"
                aria-activedescendant={(shown > 0).then(|| option_id(at))}
                placeholder={props.placeholder.clone()}
                autocomplete="off"
                spellcheck="false"
                value={(*query).clone()}
                oninput={typed}
                onkeydown={press}
            />
            <ul class="chooser-list" id={list_id} role="listbox" aria-label={props.label.clone()} tabindex="-1">
                { for found.iter().take(shown).enumerate().map(|(line, &index)| {
                    let choice = &props.choices[index];
                    let on_choose = props.on_choose.clone();
                    html! {
                        <li
                            key={index}
                            id={option_id(line)}
                            class="chooser-option"
                            role="option"
                            aria-selected={(line == at).to_string()}
                            onclick={move |_| on_choose.emit(index)}
                        >
                            <span class="chooser-label">
                                { choice.label.clone() }
                                if choice.current {
                                    <span class="chooser-current">{ " shown" }</span>
                                }
                            </span>
                            <span class="chooser-detail">{ choice.detail.clone() }</span>
                        </li>
                    }
                }) }
            </ul>
            <p class="chooser-count" role="status">
                { if found.is_empty() {
                    format!("No {} has these words.", props.noun)
                } else if found.len() > shown {
                    format!("{shown} of {} shown: type to narrow.", crate::ui::words::count(found.len(), props.noun))
                } else {
                    crate::ui::words::count(found.len(), props.noun)
                } }
            </p>
        </div>
    }
}

/// The indices of the choices that have every word of the query; those whose label begins with it come first.
fn narrowed(choices: &[Choice], query: &str) -> Vec<usize> {
    let query = query.trim().to_ascii_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let has = |choice: &Choice| {
        let label = choice.label.to_ascii_lowercase();
        let more = choice.words.to_ascii_lowercase();
        let found = words.iter().all(|word| label.contains(word) || more.contains(word));
        found.then(|| label.starts_with(&query))
    };
    let found: Vec<(bool, usize)> =
        choices.iter().enumerate().filter_map(|(index, choice)| Some((has(choice)?, index))).collect();
    let of =
        |early: bool| found.iter().filter(move |(is_early, _)| *is_early == early).map(|(_, index)| *index);
    of(true).chain(of(false)).collect()
}
