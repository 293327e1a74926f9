//! Pipelines of GitHub Actions and the like: the actions that their steps use.

use super::image::moves;
use super::{Span, span};
use crate::report::FileKind;
use crate::semantic::Model;
use crate::syntax::{Yaml, YamlId};

impl<'s> Model<'s> {
    /// The actions that pipelines take from a branch: `owner/action`, the branch, and where.
    pub fn moving_actions(&self) -> Vec<(&str, &str, Span)> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files).filter(|(_, data)| data.kind == FileKind::Yaml) {
            for jobs in data.yaml.documents().iter().filter_map(|&root| data.yaml.get(root, "jobs")) {
                collect(file, &data.yaml, jobs, 0, &mut found);
            }
        }
        found
    }
}

fn collect<'m>(
    file: u32,
    yaml: &'m Yaml,
    node: YamlId,
    depth: u32,
    found: &mut Vec<(&'m str, &'m str, Span)>,
) {
    if depth > 5 {
        return;
    }
    for (key, value) in yaml.entries(node) {
        let used = yaml.text(value).filter(|_| yaml.text(key) == Some("uses"));
        match used.and_then(|text| text.split_once('@')) {
            Some((action, reference)) if moves(reference) => {
                found.push((action, reference, span(file, yaml, key, value)));
            }
            _ => collect(file, yaml, value, depth + 1, found),
        }
    }
    for item in yaml.items(node) {
        collect(file, yaml, item, depth + 1, found);
    }
}
