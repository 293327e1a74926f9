//! The tabs of the open files.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub label: AttrValue,
    pub paths: Vec<AttrValue>,
    pub active: usize,
    pub on_show: Callback<usize>,
}

/// The files of a set, one of them shown. They are plain buttons that say which one is shown: each can be reached
/// with Tab, and nothing depends on arrow keys.
#[component]
pub fn FileTabs(props: &Props) -> Html {
    html! {
        <div class="tabs" role="group" aria-label={props.label.clone()}>
            { for props.paths.iter().enumerate().map(|(index, path)| {
                let on_show = props.on_show.clone();
                let (folder, name) = path.rsplit_once('/').map_or(("", &**path), |(_, name)| {
                    (&path[..path.len() - name.len()], name)
                });
                html! {
                    <button
                        key={path.to_string()}
                        type="button"
                        class="tab"
                        aria-pressed={(index == props.active).to_string()}
                        onclick={move |_| on_show.emit(index)}
                    >
                        <span class="tab-folder">{ folder.to_owned() }</span>{ name.to_owned() }
                    </button>
                }
            }) }
        </div>
    }
}
