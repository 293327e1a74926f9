//! A view of the page's second module, in the page.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use crate::check::Source;
use crate::report::Report;
use crate::ui::device::{self, Mounted};
use crate::ui::dialogs;
use crate::ui::later::{Told, View};
use crate::ui::state::{Action, Checker, State, use_store};
use crate::worker::client::{Client, Job, Reply, Text, use_client};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub view: View,
    /// What the view shows.
    pub given: AttrValue,
}

#[derive(Clone, Copy, PartialEq)]
enum Loading {
    Waiting,
    There,
    Failed,
}

/// The view once its module is there, which a visitor hardly ever waits for.
#[component]
pub fn Later(props: &Props) -> Html {
    let store = use_store();
    let client = use_client();
    let host = use_node_ref();
    let loading = use_state_eq(|| Loading::Waiting);
    let attempt = use_state_eq(|| 0_u32);
    let mounted = use_mut_ref(|| None::<Mounted>);
    // What the view is to show by the time that it is there.
    let given = use_mut_ref(AttrValue::default);
    {
        let (given, mounted) = (given.clone(), mounted.clone());
        use_effect_with(props.given.clone(), move |new| {
            *given.borrow_mut() = new.clone();
            if let Some(mounted) = &*mounted.borrow() {
                mounted.give(new);
            }
        });
    }
    {
        let (host, loading, dispatch) = (host.clone(), loading.setter(), store.dispatcher());
        use_effect_with((props.view, *attempt), move |&(view, _)| {
            let is_gone = Rc::new(RefCell::new(false));
            loading.set(Loading::Waiting);
            let page = Page::new(dispatch, client);
            let object = page.object.clone();
            let load = {
                let (is_gone, mounted) = (is_gone.clone(), mounted.clone());
                async move {
                    let module = device::load_later().await.ok().map(device::LaterModule::from);
                    if *is_gone.borrow() {
                        return;
                    }
                    let shown = module.zip(host.cast::<Element>()).map(|(module, element)| {
                        module.mount(&element, view.word(), &given.borrow(), &object)
                    });
                    loading.set(if shown.is_some() { Loading::There } else { Loading::Failed });
                    *mounted.borrow_mut() = shown;
                }
            };
            spawn_local(load);
            move || {
                *is_gone.borrow_mut() = true;
                if let Some(mounted) = mounted.borrow_mut().take() {
                    mounted.unmount();
                }
                drop(page);
            }
        });
    }
    let again = Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1));
    let waiting = match *loading {
        Loading::There => html! {},
        Loading::Waiting => html! { <p role="status">{ "Loading this part of the page…" }</p> },
        Loading::Failed => html! {
            <div class="notice notice-warning" role="alert">
                <p>{ "This part of the page could not be loaded. Check the connection." }</p>
                <button type="button" class="button" onclick={again}>{ "Try again" }</button>
            </div>
        },
    };
    html! {
        <>
            if *loading != Loading::There {
                if matches!(props.view, View::Embed | View::Why) {
                    { waiting }
                } else {
                    <main id="main" class="page">{ waiting }</main>
                }
            }
            <div class="later" ref={host}></div>
        </>
    }
}

/// What the view is given of the page: `ui::later::Page` is the other side of it.
struct Page {
    object: Object,
    _check: Closure<dyn Fn(String) -> Promise>,
    _tell: Closure<dyn Fn(String)>,
}

impl Page {
    fn new(dispatch: UseReducerDispatcher<State>, client: Client) -> Self {
        let check = {
            let dispatch = dispatch.clone();
            let asked = Rc::new(RefCell::new(None::<Function>));
            Closure::<dyn Fn(String) -> Promise>::new(move |sets: String| {
                Promise::new(&mut |resolve, _| {
                    // Whoever asked before gets no answer any more.
                    if let Some(former) = asked.borrow_mut().replace(resolve.clone()) {
                        let _ = former.call0(&JsValue::UNDEFINED);
                    }
                    check(&client, &dispatch, &sets, resolve);
                })
            })
        };
        let tell = Closure::<dyn Fn(String)>::new(move |told: String| {
            let Ok(told) = serde_json::from_str(&told) else { return };
            dispatch.dispatch(match told {
                Told::Say(text) => Action::Say(text.into()),
                Told::Announce(text) => Action::Announce(text.into()),
                Told::Uncopied(text) => Action::Uncopied(Some(text.into())),
                Told::Jump { path, range } => {
                    dialogs::close(dialogs::WHY);
                    Action::Jump { path, range }
                }
                Told::Settings(held) => {
                    let (settings, own) = *held;
                    Action::Settings { settings: Rc::new(settings), own: own.map(Rc::new) }
                }
            });
        });
        let object = Object::new();
        for (name, function) in [("check", check.as_ref()), ("tell", tell.as_ref())] {
            let _ = Reflect::set(&object, &name.into(), function);
        }
        Self { object, _check: check, _tell: tell }
    }
}

/// Has the page's worker check sets of files, and resolves with its answer as JSON.
fn check(client: &Client, dispatch: &UseReducerDispatcher<State>, sets: &str, resolve: Function) {
    let sets: Vec<Vec<Source>> = serde_json::from_str(sets).unwrap_or_default();
    let text = |file: Source| Text { path: file.path.into(), text: file.text.into() };
    let sets = sets.into_iter().map(|set| set.into_iter().map(text).collect()).collect();
    dispatch.dispatch(Action::Checker(Checker::Checking));
    let dispatch = dispatch.clone();
    let reply = Callback::from(move |reply| {
        let answer: Result<Vec<&Report>, _> = match &reply {
            Reply::Reports { reports, milliseconds } => {
                dispatch.dispatch(Action::Checker(Checker::Done { milliseconds: *milliseconds }));
                Ok(reports.iter().map(|report| &**report).collect())
            }
            Reply::Failed(failure) => {
                dispatch.dispatch(Action::Checker(Checker::Failed(failure.clone())));
                Err(failure)
            }
            // Nothing was to be explained.
            Reply::Explanation(_) => return,
        };
        let json = serde_json::to_string(&answer).unwrap_or_default();
        let _ = resolve.call1(&JsValue::UNDEFINED, &json.into());
    });
    // Exercises alone ask: an answer has to run.
    client.check(Job { sets, running: true, ..Job::default() }, reply);
}
