//! What is specific to somebody's project: a form for all settings, and `rubric.toml` in and out.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::catalogue;
use crate::report::{Rule, Section};
use crate::settings::Settings;
use crate::settings_file::{self, Mistake};
use crate::ui::components::file_button::FileButton;
use crate::ui::components::notices::Notices;
use crate::ui::device;
use crate::ui::download::download;
use crate::ui::drawn::draw;
use crate::ui::hooks::use_page_title;
use crate::ui::route::SEVERITIES;
use crate::ui::state::{Action, Store};

/// The form. Every change holds at once and is kept on this device.
#[component]
pub fn SettingsPage() -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let heading = use_page_title("Settings".to_owned());
    let settings = store.settings.clone();
    let former = use_state_eq(|| None::<Rc<Settings>>);
    let set = {
        let store = store.clone();
        Callback::from(move |settings: Settings| store.dispatch(Action::Settings(Rc::new(settings))))
    };
    let replace = {
        let (set, former, settings) = (set.clone(), former.setter(), settings.clone());
        Callback::from(move |new: Settings| {
            former.set(Some(settings.clone()));
            set.emit(new);
        })
    };
    let reset = {
        let replace = replace.clone();
        Callback::from(move |_: MouseEvent| replace.emit(Settings::default()))
    };
    let undo = {
        let (former, set) = (former.clone(), set.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(settings) = &*former {
                set.emit((**settings).clone());
            }
            former.set(None);
        })
    };
    let changed = *settings != Settings::default();
    html! {
        <main id="main" class="page settings">
            <header class="page-head">
                <h1 ref={heading} tabindex="-1">{ "Settings" }</h1>
                <p class="page-count">
                    { if changed { "Changed from the defaults. " } else { "All at their defaults. " } }
                    { "They hold at once and stay on this device." }
                </p>
            </header>
            { draw!(Notices) }
            <div class="settings-buttons">
                { draw!(ImportSettings { on_read: replace }) }
                <button
                    type="button"
                    class="button"
                    onclick={{
                        let (settings, dispatch) = (settings.clone(), store.dispatcher());
                        move |_: MouseEvent| {
                            download("rubric.toml", "application/toml", settings_file::write(&settings), &dispatch);
                        }
                    }}
                >
                    { "Save as rubric.toml" }
                </button>
                <button type="button" class="button" disabled={!changed} onclick={reset}>{ "Back to the defaults" }</button>
                if former.is_some() {
                    <button type="button" class="button button-quiet" onclick={undo}>{ "Undo" }</button>
                }
            </div>
            <form class="settings-form" onsubmit={|event: SubmitEvent| event.prevent_default()}>
                { draw!(WordField {
                    name: "tenant_key",
                    label: "Tenant key",
                    about: "The column that keeps tenants apart. I1 asks for it in every query of a model that has it. Where no file speaks of it, the usual name that most models have is taken.",
                    value: settings.tenant_key.clone(),
                    set: put(&settings, &set, |settings, value| settings.tenant_key = value),
                }) }
                { draw!(WordField {
                    name: "settings_module",
                    label: "Settings module",
                    about: "The module through which configuration is read, dotted. O3 spares what is read there.",
                    value: settings.settings_module.clone(),
                    set: put(&settings, &set, |settings, value| settings.settings_module = value),
                }) }
                { draw!(LinesField {
                    name: "counter_models",
                    label: "Counter models",
                    about: "Models whose rows are counters or quotas: C1 rates a lost change of one as high, whatever its name. One a line.",
                    value: settings.counter_models.clone(),
                    kind: LineKind::Name,
                    set: put(&settings, &set, |settings, value| settings.counter_models = value),
                }) }
                { draw!(LinesField {
                    name: "public_prefixes",
                    label: "Public prefixes",
                    about: "Paths that clients outside the organisation call, where C7 and I2 look at writes and limits. One a line.",
                    value: settings.public_prefixes.clone(),
                    kind: LineKind::Prefix,
                    set: put(&settings, &set, |settings, value| settings.public_prefixes = value),
                }) }
                { draw!(LinesField {
                    name: "chat_paths",
                    label: "Chat paths",
                    about: "Fragments of the paths of the core chat path, where a missing fallback (F3) weighs more. One a line.",
                    value: settings.chat_paths.clone(),
                    kind: LineKind::Name,
                    set: put(&settings, &set, |settings, value| settings.chat_paths = value),
                }) }
                <fieldset class="settings-rules">
                    <legend>{ "Rules" }</legend>
                    <p class="settings-about">
                        { "A rule that is off is not checked, and the outcome says so. A severity replaces the rule's own." }
                    </p>
                    { for Section::ALL.into_iter().map(|section| html! {
                        <div class="settings-section" role="group" aria-label={section.title()}>
                            <h2>{ section.title() }</h2>
                            { for Rule::ALL
                                .into_iter()
                                .filter(|rule| rule.section() == section)
                                .map(|rule| rule_row(&settings, &set, rule)) }
                        </div>
                    }) }
                </fieldset>
            </form>
        </main>
    }
}

/// A callback that puts a value into a copy of the settings.
fn put<T: 'static>(
    settings: &Rc<Settings>,
    set: &Callback<Settings>,
    put: impl Fn(&mut Settings, T) + 'static,
) -> Callback<T> {
    let (settings, set) = (settings.clone(), set.clone());
    Callback::from(move |value| {
        let mut settings = (*settings).clone();
        put(&mut settings, value);
        set.emit(settings);
    })
}

fn rule_row(settings: &Rc<Settings>, set: &Callback<Settings>, rule: Rule) -> Html {
    let title = catalogue::entry(rule).map(|entry| entry.title).unwrap_or_default();
    let switch = put(settings, set, move |settings, on: bool| {
        let is_off = |each: &Rule| if *each == rule { !on } else { settings.off.contains(each) };
        settings.off = Rule::ALL.into_iter().filter(is_off).collect();
    });
    let weigh = put(settings, set, move |settings, word: String| {
        let chosen = SEVERITIES.into_iter().find(|severity| severity.word() == word);
        // Made anew: taking one out of a map is code that nothing else of the page needs.
        for (other, severity) in std::mem::take(&mut settings.severity) {
            if other != rule {
                settings.severity.insert(other, severity);
            }
        }
        if let Some(severity) = chosen {
            settings.severity.insert(rule, severity);
        }
    });
    let chosen = settings.severity.get(&rule).copied();
    html! {
        <div class="settings-rule" key={rule.id()}>
            <label class="settings-switch">
                <input
                    type="checkbox"
                    checked={!settings.off.contains(&rule)}
                    onchange={move |event: Event| {
                        switch.emit(event.target_unchecked_into::<HtmlInputElement>().checked());
                    }}
                />
                <span><span class="rule-id">{ rule.id() }</span>{ title }</span>
            </label>
            <select
                class="select"
                aria-label={format!("Severity of {rule}")}
                ~value={chosen.map_or("", |severity| severity.word())}
                onchange={move |event: Event| {
                    weigh.emit(event.target_unchecked_into::<HtmlSelectElement>().value());
                }}
            >
                <option value="" selected={chosen.is_none()}>{ "default" }</option>
                { for SEVERITIES.into_iter().map(|severity| html! {
                    <option value={severity.word()} selected={chosen == Some(severity)}>{ severity.word() }</option>
                }) }
            </select>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct WordProps {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    value: AttrValue,
    set: Callback<String>,
}

/// A setting that is a name, possibly dotted.
#[component]
fn WordField(props: &WordProps) -> Html {
    let typed = use_state_eq(|| props.value.to_string());
    {
        // Import, reset and another tab change the value from outside.
        let typed = typed.setter();
        use_effect_with(props.value.clone(), move |value| typed.set(value.to_string()));
    }
    let objection = name_objection(&typed);
    let input = {
        let (typed, set) = (typed.setter(), props.set.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            if name_objection(&value).is_none() {
                set.emit(value.trim().to_owned());
            }
            typed.set(value);
        })
    };
    field(props.name, props.label, props.about, objection, |described| {
        html! {
            <input
                class="field"
                id={props.name}
                aria-describedby={described}
                aria-invalid={objection.is_some().then_some("true")}
                autocomplete="off"
                spellcheck="false"
                value={(*typed).clone()}
                oninput={input}
            />
        }
    })
}

fn name_objection(value: &str) -> Option<&'static str> {
    let part = |part: &str| {
        part.chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii())
            && !part.starts_with(|character: char| character.is_ascii_digit())
            && !part.is_empty()
    };
    let value = value.trim();
    if value.is_empty() {
        Some("This needs a name. What was there before still holds.")
    } else if !value.split('.').all(part) {
        Some(
            "A name has letters, digits and underscores, with dots between its parts. What was there before still holds.",
        )
    } else {
        None
    }
}

/// What a line of a list may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Name,
    Prefix,
}

impl LineKind {
    fn objection(self, line: &str) -> Option<&'static str> {
        match self {
            LineKind::Name if line.contains(char::is_whitespace) => {
                Some("A line has one name without spaces; such a line does not count.")
            }
            LineKind::Prefix if !line.starts_with('/') => {
                Some("A prefix begins with a slash; such a line does not count.")
            }
            _ => None,
        }
    }
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    value: Vec<String>,
    kind: LineKind,
    set: Callback<Vec<String>>,
}

/// A setting that is a list, one item a line.
#[component]
fn LinesField(props: &LinesProps) -> Html {
    let typed = use_state_eq(|| props.value.join("\n"));
    let kind = props.kind;
    let items = move |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && kind.objection(line).is_none())
            .map(str::to_owned)
            .collect()
    };
    {
        let typed = typed.clone();
        use_effect_with(props.value.clone(), move |value| {
            if items(&typed) != *value {
                typed.set(value.join("\n"));
            }
        });
    }
    let objection =
        typed.lines().map(str::trim).filter(|line| !line.is_empty()).find_map(|line| kind.objection(line));
    let input = {
        let (typed, set) = (typed.setter(), props.set.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            set.emit(items(&value));
            typed.set(value);
        })
    };
    field(props.name, props.label, props.about, objection, |described| {
        html! {
            <textarea
                class="field"
                id={props.name}
                rows={(typed.lines().count() + 1).clamp(3, 8).to_string()}
                aria-describedby={described}
                aria-invalid={objection.is_some().then_some("true")}
                spellcheck="false"
                value={(*typed).clone()}
                oninput={input}
            />
        }
    })
}

/// A label, its control, what it does, and what is wrong with it.
fn field(
    name: &'static str,
    label: &'static str,
    about: &'static str,
    objection: Option<&'static str>,
    control: impl FnOnce(String) -> Html,
) -> Html {
    html! {
        <div class="settings-field">
            <label for={name}>{ label }{ " " }<code>{ name }</code></label>
            { control(format!("{name}-about {name}-objection")) }
            <p class="settings-about" id={format!("{name}-about")}>{ about }</p>
            <p class="settings-objection" id={format!("{name}-objection")} role="alert">{ objection.unwrap_or_default() }</p>
        </div>
    }
}

async fn read(text: &str) -> Result<Settings, Mistake> {
    let Ok(parsed) = device::read_toml(text).await else {
        let message = "the part of the page that reads it could not be loaded, try it again".to_owned();
        return Err(Mistake { line: 1, column: 1, message });
    };
    let parsed = js_sys::Array::from(&parsed);
    if let Some(json) = parsed.get(0).as_string() {
        return settings_file::from_json(&json, text);
    }
    let number = |index| parsed.get(index).as_f64().unwrap_or(1.0) as usize;
    let message = parsed.get(3).as_string().unwrap_or_default();
    Err(Mistake { line: number(1), column: number(2), message })
}

#[derive(Properties, PartialEq)]
struct ImportProps {
    on_read: Callback<Settings>,
}

/// Reads a `rubric.toml`. A mistake in it is told with its line, as the command line tells it.
#[component]
fn ImportSettings(props: &ImportProps) -> Html {
    let store = use_context::<Store>().expect("the application provides the store");
    let said = use_state_eq(|| Ok::<String, String>(String::new()));
    let take = {
        let (said, on_read, dispatch) = (said.setter(), props.on_read.clone(), store.dispatcher());
        Callback::from(move |(name, text): (String, Option<String>)| {
            let (said, on_read, dispatch) = (said.clone(), on_read.clone(), dispatch.clone());
            spawn_local(async move {
                let outcome = match text {
                    None => Err(format!("{name}: the settings cannot be read. Nothing was changed.")),
                    Some(text) => match read(&text).await {
                        Ok(settings) => {
                            on_read.emit(settings);
                            Ok(format!("Took over the settings of {name}."))
                        }
                        Err(mistake) => Err(format!(
                            "{name}:{}:{}: {}. Nothing was changed.",
                            mistake.line, mistake.column, mistake.message
                        )),
                    },
                };
                if let Ok(words) = &outcome {
                    dispatch.dispatch(Action::Announce(words.clone().into()));
                }
                said.set(outcome);
            });
        })
    };
    html! {
        <>
            { draw!(FileButton {
                id: "settings-file",
                words: "Open rubric.toml",
                label: "A rubric.toml to open",
                accept: ".toml",
                on_read: take,
            }) }
            { match &*said {
                Ok(words) if words.is_empty() => html! {},
                Ok(words) => html! { <p class="settings-said">{ words.clone() }</p> },
                Err(words) => html! { <p class="settings-said settings-objection" role="alert">{ words.clone() }</p> },
            } }
        </>
    }
}
