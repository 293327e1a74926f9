//! The code that shows an example on another site, with a preview of it.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::embed::code::{self, Embedded, Side, Theme, folder};
use crate::report::Rule;
use crate::secrets::suspects;
use crate::ui::clipboard::copy;
use crate::ui::commands::EMBED;
use crate::ui::components::dialog::Dialog;
use crate::ui::components::later::Later;
use crate::ui::device;
use crate::ui::dialogs;
use crate::ui::download::page_address;
use crate::ui::drawn::draw;
use crate::ui::later::View;
use crate::ui::packing::pack;
use crate::ui::state::use_store;

/// A longer address of a frame is cut by some servers and editors.
const LONGEST_FRAME: usize = 8 * 1024;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The rule whose example it is; none for a user's own code.
    #[prop_or_default]
    pub rule: Option<Rule>,
    #[prop_or_default]
    pub title: AttrValue,
    /// Gives the code as it is shown now, with what was found in it: a copy that is made only for the dialog.
    pub sides: Callback<(), Vec<Side>>,
    /// Whether that is no longer the rule's own example, so that it has to go along.
    pub own: bool,
}

/// What somebody has chosen.
#[derive(Clone, Copy, PartialEq)]
struct Choice {
    frame: bool,
    view: code::View,
    theme: Theme,
    inline: bool,
}

/// A button that opens a dialog with the code to copy.
#[component]
pub fn EmbedCode(props: &Props) -> Html {
    let content = {
        let (rule, title, sides, own) = (props.rule, props.title.clone(), props.sides.clone(), props.own);
        Callback::from(move |()| {
            let embedding = Embedding { rule, title: title.to_string(), sides: sides.emit(()), own };
            let given = serde_json::to_string(&embedding).unwrap_or_default();
            draw!(Later { view: View::Embed, given })
        })
    };
    html! {
        <>
            <button id={EMBED} type="button" class="button" onclick={|_| dialogs::open(dialogs::EMBED)}>
                { "Embed" }
            </button>
            { draw!(Dialog { id: dialogs::EMBED, title: "Embed in a page", class: "embed", content }) }
        </>
    }
}

/// What is to be embedded, as the page's modules hand it on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    rule: Option<Rule>,
    title: String,
    sides: Vec<Side>,
    own: bool,
}

#[derive(Properties, PartialEq)]
pub struct ChoicesProps {
    pub embedding: Embedding,
}

/// What can be chosen, the code for that, and a preview of it.
#[component]
pub fn Choices(props: &ChoicesProps) -> Html {
    let props = &props.embedding;
    use_effect_with((), |()| {
        spawn_local(async {
            // Without it the preview is the plain code that a page without scripts shows.
            let _ = device::load_embed().await;
        });
    });
    let store = use_store();
    let is_pair = props.sides.len() > 1;
    let first = if is_pair { code::View::Pair } else { code::View::Playground };
    let choice = use_state_eq(|| Choice { frame: false, view: first, theme: Theme::Auto, inline: false });
    let packed = use_state_eq(|| None::<String>);
    let with_code = Embedded {
        rule: props.rule,
        title: props.title.clone(),
        view: choice.view,
        theme: choice.theme,
        sides: props.sides.clone(),
    };
    let goes_along = props.own || choice.inline && !choice.frame;
    {
        let packed = packed.setter();
        use_effect_with((goes_along && choice.frame, with_code.packed()), move |(wanted, text)| {
            if *wanted {
                let text = text.clone();
                spawn_local(async move {
                    let code = pack(&text).await.ok().and_then(|code| code.as_string());
                    packed.set(Some(code.unwrap_or_default()));
                });
            }
        });
    }
    let page = page_address();
    let folder = folder(&page);
    let embedded =
        if goes_along { with_code.clone() } else { Embedded { sides: Vec::new(), ..with_code.clone() } };
    let code = match (choice.frame, goes_along, &*packed) {
        (false, _, _) => Some(embedded.html(folder)),
        (true, false, _) => Some(embedded.frame(folder, None)),
        (true, true, Some(packed)) => Some(embedded.frame(folder, Some(packed))),
        (true, true, None) => None,
    };
    let is_long = choice.frame && code.as_ref().is_some_and(|code| code.len() > LONGEST_FRAME);
    let suspected = if goes_along { count_suspects(&with_code) } else { 0 };

    let select =
        |label: &'static str, options: Vec<(&'static str, &'static str, bool)>, chosen: Callback<String>| {
            let changed = Callback::from(move |event: Event| {
                if let Some(select) =
                    event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
                {
                    chosen.emit(select.value());
                }
            });
            let value = options.iter().find(|(_, _, selected)| *selected).map_or("", |(value, ..)| *value);
            html! {
                <label class="filter">
                    <span class="filter-label">{ label }</span>
                    <select class="select" ~value={value} onchange={changed}>
                        { for options.into_iter().map(|(value, words, selected)| html! {
                            <option {value} {selected}>{ words }</option>
                        }) }
                    </select>
                </label>
            }
        };
    let set = |change: fn(&mut Choice, &str)| {
        let choice = choice.clone();
        Callback::from(move |value: String| {
            let mut next = *choice;
            change(&mut next, &value);
            choice.set(next);
        })
    };
    let form = select(
        "As",
        vec![
            ("element", "an element with a script", !choice.frame),
            ("frame", "a frame, where no script is allowed", choice.frame),
        ],
        set(|choice, value| choice.frame = value == "frame"),
    );
    let views = [
        (code::View::Pair, "both sides"),
        (code::View::Violating, "the violating side"),
        (code::View::Conforming, "the conforming side"),
        (code::View::Playground, "one side, as a small playground"),
    ];
    let view = select(
        "Show",
        views.iter().map(|(view, words)| (view.word(), *words, *view == choice.view)).collect(),
        set(|choice, value| {
            let all =
                [code::View::Pair, code::View::Violating, code::View::Conforming, code::View::Playground];
            choice.view = all.into_iter().find(|view| view.word() == value).unwrap_or_default();
        }),
    );
    let themes = [(Theme::Auto, "as its page"), (Theme::Light, "light"), (Theme::Dark, "dark")];
    let theme = select(
        "Theme",
        themes.iter().map(|(theme, words)| (theme.word(), *words, *theme == choice.theme)).collect(),
        set(|choice, value| {
            let all = [Theme::Light, Theme::Dark];
            choice.theme = all.into_iter().find(|theme| theme.word() == value).unwrap_or_default();
        }),
    );
    let inline = {
        let choice = choice.clone();
        Callback::from(move |_: Event| choice.set(Choice { inline: !choice.inline, ..*choice }))
    };
    let text = code.clone().unwrap_or_default();
    let copied = {
        let (dispatch, text) = (store.dispatcher(), text.clone());
        Callback::from(move |_: MouseEvent| copy(text.clone(), "the embed code", dispatch.clone()))
    };
    html! {
        <>
            <div class="embed-choices">
                { form }
                if is_pair {
                    { view }
                }
                { theme }
                if !props.own && !choice.frame {
                    <label class="embed-inline">
                        <input type="checkbox" checked={choice.inline} onchange={inline} />
                        { "With the code in it, for search engines, feeds and paper" }
                    </label>
                }
            </div>
            if suspected > 0 {
                <p class="embed-warning" role="alert">
                    { format!("Whoever reads that page reads this code, and {} of it looks like a secret.",
                        if suspected == 1 { "one place".to_owned() } else { format!("{suspected} places") }) }
                </p>
            }
            if is_long {
                <p class="embed-warning" role="alert">
                    { "The code makes the frame's address longer than some servers and editors take. Embed it as an element." }
                </p>
            }
            <textarea
                class="field embed-code"
                readonly=true
                rows="5"
                aria-label="Embed code"
                value={if code.is_some() { text } else { "Making the address…".to_owned() }}
            />
            <div class="dialog-actions">
                <button type="button" class="button button-main" disabled={code.is_none()} onclick={copied}>
                    { "Copy embed code" }
                </button>
                <p class="embed-hint">
                    { "A page with a policy must allow " }
                    { if choice.frame { "frames" } else { "styles, scripts and frames" } }
                    { format!(" of {}.", origin(folder)) }
                </p>
            </div>
            <h3 class="embed-preview-title">{ "Preview" }</h3>
            // What is shown there was escaped where it was made, and nothing in it can be pressed.
            <div class="embed-preview" tabindex="0" role="group" aria-label="Preview">
                <div inert=true>{ Html::from_html_unchecked(with_code.element().into()) }</div>
            </div>
        </>
    }
}

fn origin(folder: &str) -> String {
    folder.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn count_suspects(embedded: &Embedded) -> usize {
    embedded.shown().flat_map(|side| &side.files).map(|file| suspects(&file.path, &file.text).len()).sum()
}
