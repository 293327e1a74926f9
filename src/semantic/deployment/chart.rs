//! Helm charts: which values a template's actions stand for.

use super::{Image, Pinning, Span, span};
use crate::report::FileKind;
use crate::semantic::Model;
use crate::syntax::{Action, Yaml, YamlId};

/// An entry of a values file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    pub file: u32,
    pub key: YamlId,
    pub value: YamlId,
}

impl Value {
    pub fn span(&self, model: &Model<'_>) -> Span {
        span(self.file, &model.files[self.file as usize].yaml, self.key, self.value)
    }

    pub fn text<'m>(&self, model: &'m Model<'_>) -> Option<&'m str> {
        model.files[self.file as usize].yaml.text(self.value)
    }
}

/// The folder of the chart that a template belongs to.
fn chart_of(path: &str) -> &str {
    path.rfind("templates/").map_or("", |at| &path[..at])
}

/// The keys behind `.Values` in an action: `toYaml .Values.a.b | nindent 4` is `a`, `b`.
fn keys(expression: &str) -> Option<Vec<&str>> {
    let behind = &expression[expression.find(".Values.")? + ".Values.".len()..];
    let end = behind
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '.' | '_' | '-'))
        .unwrap_or(behind.len());
    Some(behind[..end].trim_end_matches('.').split('.').collect())
}

impl<'s> Model<'s> {
    /// The values files of the chart that a template belongs to, the chart's own first.
    fn values_files(&self, template: u32) -> Vec<u32> {
        let folder = chart_of(self.files[template as usize].path);
        let found: Vec<u32> = (0..)
            .zip(&self.files)
            .filter(|(_, file)| file.kind == FileKind::HelmValues && file.path.starts_with(folder))
            .filter(|(_, file)| !file.path[folder.len()..].contains("charts/"))
            .map(|(index, _)| index)
            .collect();
        let (mut first, rest): (Vec<u32>, Vec<u32>) =
            found.into_iter().partition(|&file| is_base(self.files[file as usize].path));
        first.extend(rest);
        first
    }

    /// The keys of the values that an action stands for; `.` is what the nearest `with` before it names.
    fn keys_of<'m>(&'m self, template: u32, action: &'m Action) -> Option<Vec<&'m str>> {
        if let Some(keys) = keys(&action.text) {
            return Some(keys);
        }
        let mut words = action.text.split_whitespace();
        if !words.any(|word| word == ".") {
            return None;
        }
        let actions = &self.files[template as usize].template.actions;
        let at = actions.partition_point(|other| other.start < action.start);
        let with = actions[..at].iter().rev().find(|other| other.text.starts_with("with "))?;
        keys(&with.text)
    }

    /// What the given values files say where an action stands; `None` if the chart has no values file among them, or
    /// if the action is about something else.
    pub(super) fn values_for(&self, template: u32, action: &Action) -> Option<Vec<Value>> {
        let keys = self.keys_of(template, action)?;
        let files = self.values_files(template);
        if files.is_empty() {
            return None;
        }
        Some(files.into_iter().filter_map(|file| self.value_at(file, &keys)).collect())
    }

    fn value_at(&self, file: u32, keys: &[&str]) -> Option<Value> {
        let yaml = &self.files[file as usize].yaml;
        let (last, before) = keys.split_last()?;
        let mapping = yaml.path(*yaml.documents().first()?, before)?;
        let (key, value) = yaml.entry(mapping, last)?;
        Some(Value { file, key, value })
    }

    /// A text of a template with the values of the chart's own values file in the places of its actions.
    pub(super) fn rendered(&self, template: u32, start: u32, end: u32) -> String {
        let data = &self.files[template as usize];
        let mut text = String::new();
        let mut at = start;
        for action in data.template.within(start, end) {
            text.push_str(data.text.get(at as usize..action.start as usize).unwrap_or_default());
            let value = self.values_for(template, action).and_then(|values| values.first()?.text(self));
            match value.filter(|value| !value.is_empty()).or_else(|| quoted_default(&action.text)) {
                Some(value) if !value.is_empty() && text.len() < 500 => text.push_str(value),
                _ => text.push_str("__"),
            }
            at = action.end;
        }
        text.push_str(data.text.get(at as usize..end as usize).unwrap_or_default());
        text.trim_matches(['"', '\'']).to_owned()
    }

    /// The templates' actions that name one of a chart's values by its keys, for a values file of that chart.
    fn uses_of_value(&self, values: u32, wanted: &[&str]) -> Vec<&str> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            if data.kind != FileKind::HelmTemplate || !self.values_files(file).contains(&values) {
                continue;
            }
            found.extend(
                data.template
                    .actions
                    .iter()
                    .filter(|action| keys(&action.text).is_some_and(|keys| keys == wanted))
                    .map(|action| &*action.text),
            );
        }
        found
    }

    /// All values files: their number, and whether each is a chart's own, which the others are laid over.
    pub fn values(&self) -> impl Iterator<Item = (u32, bool)> {
        (0..)
            .zip(&self.files)
            .filter(|(_, file)| file.kind == FileKind::HelmValues)
            .map(|(index, file)| (index, is_base(file.path)))
    }

    /// A value by its keys in the other values files of the same folder.
    fn value_in_other_files(&self, values: u32, keys: &[&str]) -> Vec<Value> {
        let folder = |file: u32| {
            let path = self.files[file as usize].path;
            path.rfind('/').map_or("", |at| &path[..at])
        };
        self.values()
            .filter(|(file, _)| *file != values && folder(*file) == folder(values))
            .filter_map(|(file, _)| self.value_at(file, keys))
            .collect()
    }
}

/// A value that one environment's file sets and another's does not.
pub struct ForgottenValue {
    pub name: String,
    pub at: Span,
}

/// What in a file's name says that it is no environment that is deployed to.
const LOCAL: [&str; 10] =
    ["dev", "development", "local", "test", "ci", "kind", "minikube", "k3d", "example", "sample"];

impl<'s> Model<'s> {
    /// The tags of images that values files leave open or to their owners: each with what it says.
    pub fn image_tags(&self) -> Vec<(Value, String)> {
        let mut found = Vec::new();
        for (file, _) in self.values() {
            let yaml = &self.files[file as usize].yaml;
            for &root in yaml.documents() {
                self.collect_tags(file, root, &mut Vec::new(), &mut found);
            }
        }
        found
    }

    /// The images that values files name in one text, as far as their tags are moved.
    pub fn image_values(&self) -> Vec<Image> {
        let mut found = Vec::new();
        for (file, _) in self.values() {
            let yaml = &self.files[file as usize].yaml;
            for &root in yaml.documents() {
                images(file, yaml, root, 0, &mut found);
            }
        }
        found
    }

    /// The tag that a template puts in where no values file says one, if its owner moves it.
    pub fn moving_default(&self, image: &Image) -> Option<&str> {
        let data = &self.files[image.at.file as usize];
        let action = data.template.within(image.at.start, image.at.end).last()?;
        let default = quoted_default(&action.text).filter(|tag| super::image::moves(tag))?;
        let is_said = self.values_for(image.at.file, action).is_some_and(|values| {
            values.iter().any(|value| value.text(self).is_some_and(|text| !text.is_empty()))
        });
        (!is_said).then_some(default)
    }

    fn collect_tags<'m>(
        &'m self,
        file: u32,
        mapping: YamlId,
        keys: &mut Vec<&'m str>,
        found: &mut Vec<(Value, String)>,
    ) {
        if keys.len() > 6 {
            return;
        }
        let yaml = &self.files[file as usize].yaml;
        for (key, value) in yaml.entries(mapping) {
            let Some(name) = yaml.text(key) else { continue };
            keys.push(name);
            let of_image = keys.len() > 1 && keys[keys.len() - 2].to_ascii_lowercase().ends_with("image");
            if name == "tag" && (of_image || yaml.get(mapping, "repository").is_some()) {
                let tag = if yaml.is_null(value) { Some("") } else { yaml.text(value) };
                let has_digest = yaml.get(mapping, "digest").is_some_and(|digest| {
                    yaml.text(digest).is_some_and(|text| !text.is_empty()) && !yaml.is_null(digest)
                });
                let is_open = match tag {
                    Some("") => self.is_left_empty(file, keys),
                    Some(tag) => super::image::moves(tag),
                    None => false,
                };
                if is_open && !has_digest {
                    found.push((Value { file, key, value }, tag.unwrap_or_default().to_owned()));
                }
            } else if yaml.is_mapping(value) && !yaml.is_alias(value) {
                self.collect_tags(file, value, keys, found);
            }
            keys.pop();
        }
    }

    /// Whether templates use a value without anything to put in its place, and no other file sets it.
    fn is_left_empty(&self, file: u32, keys: &[&str]) -> bool {
        let uses = self.uses_of_value(file, keys);
        let is_filled = |text: &&str| {
            text.contains("default") || text.contains("coalesce") || text.contains("AppVersion")
        };
        let set_elsewhere = || {
            self.value_in_other_files(file, keys)
                .iter()
                .any(|value| value.text(self).is_some_and(|text| !text.is_empty()))
        };
        let is_tested = uses.iter().any(|text| text.starts_with("if ") || text.starts_with("else if "));
        !uses.is_empty() && !is_tested && !uses.iter().any(is_filled) && !set_elsewhere()
    }

    /// For each environment's values file the top-level values that another environment sets, and that neither this
    /// one nor the chart does.
    pub fn forgotten_values(&self) -> Vec<(u32, Vec<ForgottenValue>)> {
        let folder = |file: u32| {
            let path = self.files[file as usize].path;
            path.rfind('/').map_or("", |at| &path[..at])
        };
        let is_deployed_to = |file: u32| {
            let path = self.files[file as usize].path;
            let name = crate::file_names::last_part(path);
            !name.split(['-', '.', '_']).any(|word| LOCAL.contains(&word))
        };
        let keys = |file: u32| {
            let yaml = &self.files[file as usize].yaml;
            yaml.documents().first().map_or_else(Vec::new, |&root| yaml.entries(root))
        };
        let has = |file: u32, name: &str| {
            let yaml = &self.files[file as usize].yaml;
            yaml.documents().first().is_some_and(|&root| yaml.get(root, name).is_some())
        };
        let environments: Vec<u32> = self
            .values()
            .filter(|(file, base)| !base && is_deployed_to(*file))
            .map(|(file, _)| file)
            .collect();
        let mut found = Vec::new();
        for (base, _) in self.values().filter(|(_, is_base)| *is_base) {
            let siblings: Vec<u32> =
                environments.iter().copied().filter(|&file| folder(file) == folder(base)).take(12).collect();
            for &file in &siblings {
                let mut lacks: Vec<ForgottenValue> = Vec::new();
                for &other in siblings.iter().filter(|&&other| other != file) {
                    let yaml = &self.files[other as usize].yaml;
                    for (key, value) in keys(other).into_iter().take(100) {
                        let Some(name) = yaml.text(key) else { continue };
                        if !has(file, name) && !has(base, name) && !lacks.iter().any(|lack| lack.name == name)
                        {
                            lacks.push(ForgottenValue {
                                name: name.to_owned(),
                                at: span(other, yaml, key, value),
                            });
                        }
                    }
                }
                if !lacks.is_empty() {
                    found.push((file, lacks));
                }
            }
        }
        found
    }

    /// The first line of a YAML file that says something.
    pub fn first_line(&self, file: u32) -> Span {
        let yaml = &self.files[file as usize].yaml;
        match yaml.documents().first() {
            Some(&root) => span(file, yaml, root, root),
            None => Span { file, start: 0, end: 0 },
        }
    }
}

fn images(file: u32, yaml: &Yaml, mapping: YamlId, depth: u32, found: &mut Vec<Image>) {
    if depth > 6 {
        return;
    }
    for (key, value) in yaml.entries(mapping) {
        let is_image = yaml.text(key).is_some_and(|name| name.to_ascii_lowercase().ends_with("image"));
        match yaml.text(value).filter(|text| is_image && text.contains(':')) {
            Some(text) => {
                let image = Image::written(text.to_owned(), span(file, yaml, key, value));
                found.extend(Some(image).filter(|image| matches!(image.pinning(), Pinning::Moving(_))));
            }
            None if !yaml.is_alias(value) => images(file, yaml, value, depth + 1, found),
            None => {}
        }
    }
}

fn is_base(path: &str) -> bool {
    matches!(crate::file_names::last_part(path), "values.yaml" | "values.yml")
}

/// `default "1.2" .Values.tag`, `.Values.tag | default "1.2"`.
fn quoted_default(expression: &str) -> Option<&str> {
    let behind = expression[expression.find("default")? + "default".len()..].trim_start();
    behind.strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_name_their_keys() {
        assert_eq!(keys("toYaml .Values.resources | nindent 12"), Some(vec!["resources"]));
        assert_eq!(keys("$.Values.image.tag | default .Chart.AppVersion"), Some(vec!["image", "tag"]));
        assert_eq!(keys(".Release.Name"), None);
        assert_eq!(quoted_default(".Values.tag | default \"1.2\""), Some("1.2"));
        assert_eq!(chart_of("deploy/agents/templates/a/b.yaml"), "deploy/agents/");
    }
}
