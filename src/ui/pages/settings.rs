//! What is specific to somebody's project: a form for all settings, and `rubric.toml` in and out.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::catalogue;
use crate::report::{Rule, Section};
use crate::settings::Settings;
use crate::settings_file;
use crate::ui::commands::{DEFAULT_SETTINGS, OPEN_SETTINGS, SAVE_SETTINGS};
use crate::ui::components::file_button::FileButton;
use crate::ui::components::notices::failure_notice;
use crate::ui::download::download;
use crate::ui::drawn::draw;
use crate::ui::hooks::use_page_title;
use crate::ui::route::SEVERITIES;
use crate::ui::settings_text;
use crate::ui::state::{Action, use_store};

/// The form. Every change holds at once and is kept on this device.
#[component]
pub fn SettingsPage() -> Html {
    let store = use_store();
    let heading = use_page_title("Settings".to_owned());
    let settings = store.settings.clone();
    let own = store.own_settings.clone();
    let former = use_state_eq(|| None::<(Rc<Settings>, Option<Rc<Settings>>)>);
    let refused = use_reducer_eq(Refused::default);
    // Counts how often all fields were replaced: each then shows what holds.
    let revision = use_state_eq(|| 0_u32);
    let put_all = {
        let (store, revision) = (store.clone(), revision.clone());
        Callback::from(move |(settings, own)| {
            revision.set(*revision + 1);
            store.dispatch(Action::Settings { settings, own });
        })
    };
    // What was replaced as a whole can be taken back until the next change. What is changed while a link's settings hold
    // stays with what it opened.
    let set = {
        let (store, former, own) = (store.clone(), former.setter(), own.clone());
        Callback::from(move |settings: Settings| {
            former.set(None);
            store.dispatch(Action::Settings { settings: Rc::new(settings), own: own.clone() });
        })
    };
    let hold = {
        let (put_all, former, held) = (put_all.clone(), former.setter(), (settings.clone(), own.clone()));
        Callback::from(move |new: (Rc<Settings>, Option<Rc<Settings>>)| {
            former.set(Some(held.clone()));
            put_all.emit(new);
        })
    };
    let replace = {
        let (hold, own) = (hold.clone(), own.clone());
        Callback::from(move |new: Settings| hold.emit((Rc::new(new), own.clone())))
    };
    // The buttons go with the notice, so the focus has to go somewhere.
    let choose = |chosen: &Rc<Settings>, said: &'static str| {
        let (hold, chosen, heading, dispatch) =
            (hold.clone(), chosen.clone(), heading.clone(), store.dispatcher());
        Callback::from(move |_: MouseEvent| {
            if let Some(heading) = heading.cast::<HtmlElement>() {
                let _ = heading.focus();
            }
            hold.emit((chosen.clone(), None));
            dispatch.dispatch(Action::Say(said.into()));
        })
    };
    let reset = {
        let replace = replace.clone();
        Callback::from(move |_: MouseEvent| replace.emit(Settings::default()))
    };
    let undo = {
        let (former, put_all) = (former.clone(), put_all.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(held) = &*former {
                put_all.emit(held.clone());
            }
            former.set(None);
        })
    };
    let changed = *settings != Settings::default();
    let told = {
        let (dispatch, revision) = (refused.dispatcher(), *revision);
        let on_refused = Callback::from(move |change| dispatch.dispatch(change));
        move |name, label, about| Told { name, label, about, revision, on_refused: on_refused.clone() }
    };
    html! {
        <main id="main" class="page settings">
            <header class="page-head">
                <h1 ref={heading.clone()} tabindex="-1">{ "Settings" }</h1>
                <p class="page-count">
                    { if changed { "Changed from the defaults. " } else { "All at their defaults. " } }
                    if own.is_some() {
                        { "They hold at once, for what was opened alone." }
                    } else {
                        { "They hold at once and stay on this device." }
                    }
                </p>
                <p class="settings-refused" role="status">
                    if !refused.0.is_empty() {
                        { "Not kept as written: " }
                        { for refused.0.iter().enumerate().map(|(index, (name, label))| html! {
                            <>
                                if index > 0 { { ", " } }
                                <button type="button" class="link-button" onclick={focus(name)}>{ *label }</button>
                            </>
                        }) }
                        { ". What was there before still holds." }
                    }
                </p>
            </header>
            { failure_notice(&store) }
            <div>
                if let Some(own) = &own {
                    <div class="notice" role="status" data-testid="linked-settings">
                        <p>
                            { "These settings came with what was opened from a link or a bundle, and so does what you \
                               change here. Your own are kept." }
                        </p>
                        <button type="button" class="button" onclick={choose(own, "Your own settings hold again")}>
                            { "Use my own again" }
                        </button>
                        <button
                            type="button"
                            class="button"
                            onclick={choose(&settings, "These settings are yours now, and stay on this device")}
                        >
                            { "Keep these as mine" }
                        </button>
                    </div>
                }
            </div>
            <div class="settings-buttons">
                { draw!(ImportSettings { on_read: replace, settings: settings.clone() }) }
                <button
                    id={SAVE_SETTINGS}
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
                <button
                    id={DEFAULT_SETTINGS}
                    type="button"
                    class="button"
                    disabled={!changed && refused.0.is_empty()}
                    onclick={reset}
                >
                    { "Back to the defaults" }
                </button>
                if former.is_some() {
                    <button type="button" class="button button-quiet" onclick={undo}>{ "Undo" }</button>
                }
            </div>
            <form class="settings-form" onsubmit={|event: SubmitEvent| event.prevent_default()}>
                { draw!(WordField {
                    told: told("tenant_key", "Tenant key", "The column that keeps tenants apart. I1 asks for it in every query of a model that has it. Where no file speaks of it, the usual name that most models have is taken."),
                    value: settings.tenant_key.clone(),
                    set: put(&settings, &set, |settings, value| settings.tenant_key = value),
                }) }
                { draw!(WordField {
                    told: told("settings_module", "Settings module", "The module through which configuration is read, dotted. O3 spares what is read there."),
                    value: settings.settings_module.clone(),
                    set: put(&settings, &set, |settings, value| settings.settings_module = value),
                }) }
                { draw!(LinesField {
                    told: told("counter_models", "Counter models", "Models whose rows are counters or quotas: C1 rates a lost change of one as high, whatever its name. One a line."),
                    value: settings.counter_models.clone(),
                    kind: LineKind::Name,
                    set: put(&settings, &set, |settings, value| settings.counter_models = value),
                }) }
                { draw!(LinesField {
                    told: told("public_prefixes", "Public prefixes", "Paths that clients outside the organisation call, where C7 and I2 look at writes and limits. One a line."),
                    value: settings.public_prefixes.clone(),
                    kind: LineKind::Prefix,
                    set: put(&settings, &set, |settings, value| settings.public_prefixes = value),
                }) }
                { draw!(LinesField {
                    told: told("chat_paths", "Chat paths", "Fragments of the paths of the core chat path, where a missing fallback (F3) weighs more. One a line."),
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

/// The fields that have something wrong in them, as their names and labels, in the order of the form.
#[derive(Default, PartialEq)]
struct Refused(Vec<(&'static str, &'static str)>);

/// Whether a field, by its name and label, has something wrong in it now.
type Objected = (&'static str, &'static str, bool);

impl Reducible for Refused {
    type Action = Objected;

    fn reduce(self: Rc<Self>, (name, label, is_wrong): Objected) -> Rc<Self> {
        let mut fields: Vec<_> = self.0.iter().copied().filter(|(known, _)| *known != name).collect();
        if is_wrong {
            fields.push((name, label));
        }
        Rc::new(Self(fields))
    }
}

/// Puts the caret into a field.
fn focus(name: &'static str) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        let field = web_sys::window()
            .and_then(|window| window.document()?.get_element_by_id(name))
            .and_then(|field| field.dyn_into::<HtmlElement>().ok());
        if let Some(field) = field {
            let _ = field.focus();
        }
    })
}

/// Tells the page whether a field has something wrong in it.
#[hook]
fn use_objection(props: &Told, is_wrong: bool) {
    let Told { name, label, on_refused, .. } = props.clone();
    use_effect_with(is_wrong, move |is_wrong| on_refused.emit((name, label, *is_wrong)));
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

/// What every field is told by its page.
#[derive(Clone, PartialEq)]
struct Told {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    /// At a change of it the field shows what holds, whatever was typed.
    revision: u32,
    on_refused: Callback<Objected>,
}

#[derive(Properties, PartialEq)]
struct WordProps {
    told: Told,
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
        use_effect_with((props.value.clone(), props.told.revision), move |(value, _)| {
            typed.set(value.to_string())
        });
    }
    let objection = name_objection(&typed);
    use_objection(&props.told, objection.is_some());
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
    field(&props.told, objection, |described| {
        html! {
            <input
                class="field"
                id={props.told.name}
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
                Some("A line has one name without spaces. What was there before still holds.")
            }
            LineKind::Prefix if !line.starts_with('/') => {
                Some("A prefix begins with a slash. What was there before still holds.")
            }
            _ => None,
        }
    }
}

/// The items of a list that is written one a line.
fn items(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn objection_to(kind: LineKind, items: &[String]) -> Option<&'static str> {
    items.iter().find_map(|line| kind.objection(line))
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    told: Told,
    value: Vec<String>,
    kind: LineKind,
    set: Callback<Vec<String>>,
}

/// A setting that is a list, one item a line.
#[component]
fn LinesField(props: &LinesProps) -> Html {
    let typed = use_state_eq(|| props.value.join("\n"));
    let kind = props.kind;
    {
        let typed = typed.clone();
        use_effect_with((props.value.clone(), props.told.revision), move |(value, _)| {
            let holds = items(&typed);
            if holds != *value || objection_to(kind, &holds).is_some() {
                typed.set(value.join("\n"));
            }
        });
    }
    let objection = objection_to(kind, &items(&typed));
    use_objection(&props.told, objection.is_some());
    let input = {
        let (typed, set) = (typed.setter(), props.set.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            let items = items(&value);
            // One bad line keeps the whole list from being taken over: half of it would be nobody's choice.
            if objection_to(kind, &items).is_none() {
                set.emit(items);
            }
            typed.set(value);
        })
    };
    field(&props.told, objection, |described| {
        html! {
            <textarea
                class="field"
                id={props.told.name}
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
    &Told { name, label, about, .. }: &Told,
    objection: Option<&'static str>,
    control: impl FnOnce(String) -> Html,
) -> Html {
    html! {
        <div class="settings-field">
            <label for={name}>{ label }{ " " }<code>{ name }</code></label>
            { control(format!("{name}-about {name}-objection")) }
            <p class="settings-objection" id={format!("{name}-objection")} role="alert">{ objection.unwrap_or_default() }</p>
            <p class="settings-about" id={format!("{name}-about")}>{ about }</p>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ImportProps {
    on_read: Callback<Settings>,
    /// What holds: once it is no longer what was read, what was said of that is no news.
    settings: Rc<Settings>,
}

/// Reads a `rubric.toml`. A mistake in it is told with its line, as the command line tells it.
#[component]
fn ImportSettings(props: &ImportProps) -> Html {
    let store = use_store();
    let said = use_state_eq(|| Ok::<String, String>(String::new()));
    let read = use_mut_ref(|| None::<Settings>);
    {
        let (said, read) = (said.setter(), read.clone());
        use_effect_with(props.settings.clone(), move |settings: &Rc<Settings>| {
            if read.borrow().as_ref() != Some(&**settings) {
                said.set(Ok(String::new()));
            }
        });
    }
    let take = {
        let (said, on_read, dispatch) = (said.setter(), props.on_read.clone(), store.dispatcher());
        Callback::from(move |(name, text): (String, Option<String>)| {
            let (said, on_read, dispatch) = (said.clone(), on_read.clone(), dispatch.clone());
            let read = read.clone();
            spawn_local(async move {
                let outcome = match text {
                    None => Err(format!("{name}: the settings cannot be read. Nothing was changed.")),
                    Some(text) => match settings_text::read(&text).await {
                        Ok(settings) => {
                            *read.borrow_mut() = Some(settings.clone());
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
                id: OPEN_SETTINGS,
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
