//! One component that stands in for all others.
//!
//! Yew compiles its whole machinery once for each type of component: some 4 KB of wasm each time, whatever the component
//! does. So what `#[component]` defines is never written as a tag here. `draw!(Header { theme })` draws it instead,
//! through the one component `Drawn`, for which alone that machinery is compiled. Properties and hooks are as usual.

use std::any::{Any, type_name};
use std::rc::Rc;

use web_sys::Element;
use yew::functional::{FunctionProvider, Hook, HookContext};
use yew::prelude::*;
use yew::virtual_dom::{Key, VComp, VList, VNode};

/// Draws a component: `draw!(Name)`, `draw!(Name { property: value, other })`, with `, key = ..` where it is one of many.
///
/// Properties with a default may be left out, and values are converted, as in a tag.
macro_rules! draw {
    ($component:ident $(, key = $key:expr)?) => {
        $crate::ui::drawn::component::<$component>((), $crate::ui::drawn::optional_key!($($key)?))
    };
    ($component:ident { $($properties:tt)* } $(, key = $key:expr)?) => {{
        type Given = <$component as yew::functional::FunctionProvider>::Properties;
        let key = $crate::ui::drawn::optional_key!($($key)?);
        $crate::ui::drawn::component::<$component>(yew::props!(Given { $($properties)* }), key)
    }};
}
pub(crate) use draw;

macro_rules! optional_key {
    () => {
        None
    };
    ($key:expr) => {
        Some(yew::virtual_dom::Key::from($key))
    };
}
pub(crate) use optional_key;

/// A component with its properties.
trait Part: Any {
    fn run(&self, context: &mut HookContext) -> HtmlResult;
    fn equals(&self, other: &dyn Part) -> bool;
}

struct Of<Component: FunctionProvider>(Component::Properties);

impl<Component: FunctionProvider + 'static> Part for Of<Component> {
    fn run(&self, context: &mut HookContext) -> HtmlResult {
        Component::run(context, &self.0)
    }

    fn equals(&self, other: &dyn Part) -> bool {
        (other as &dyn Any).downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
}

#[derive(Properties)]
struct Props {
    part: Rc<dyn Part>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.part.equals(&*other.part)
    }
}

#[component]
fn Drawn(props: &Props) -> HtmlResult {
    use_part(&*props.part)
}

/// Runs a component with the hooks of the one that draws it.
fn use_part(part: &dyn Part) -> impl Hook<Output = HtmlResult> {
    struct Running<'part>(&'part dyn Part);
    impl Hook for Running<'_> {
        type Output = HtmlResult;

        fn run(self, context: &mut HookContext) -> HtmlResult {
            self.0.run(context)
        }
    }
    Running(part)
}

/// What `draw!` calls.
pub fn component<Component: FunctionProvider + 'static>(
    properties: Component::Properties,
    key: Option<Key>,
) -> Html {
    place(Rc::new(Of::<Component>(properties)), type_name::<Component>(), key)
}

/// To Yew all that is drawn is of one type. The name of the component in the key keeps it from handing the state of one
/// component to another at the same place. That key stands in a list of its own, so that the neighbours, which may be of
/// the same component, are told apart by their place or by the key that was given, as without it.
fn place(part: Rc<dyn Part>, name: &str, key: Option<Key>) -> Html {
    let inner = match &key {
        Some(key) => Key::from([name, key].join(" ")),
        None => Key::from(name),
    };
    let drawn = VComp::new::<Drawn>(Rc::new(Props { part }), Some(inner));
    VNode::from(VList::with_children(vec![drawn.into()], key))
}

/// Draws the component that the whole page is.
pub fn start<Component: FunctionProvider + 'static>(root: Element, properties: Component::Properties) {
    let part = Rc::new(Of::<Component>(properties));
    yew::Renderer::<Drawn>::with_root_and_props(root, Props { part }).render();
}
