//! YAML as a flat tree with positions. The only module that names the YAML parser's crate.
//!
//! The parser's events are read one by one, so nothing here recurses: deep nesting is refused by a counter. An alias
//! stays a reference to its anchor, so a short text cannot grow into a large tree.

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle};

use super::SyntaxProblem;

/// Deeper files were not written by a person.
const DEPTH: usize = 100;
/// References that lead to references are followed this far.
const HOPS: u32 = 8;

pub type YamlId = u32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YamlKind {
    /// Its children are keys and values by turns.
    Mapping,
    Sequence,
    Scalar {
        text: Box<str>,
        /// Written without quotes, so that `true`, `3` and an empty text mean more than their letters.
        plain: bool,
    },
    /// Stands for another node.
    Alias(YamlId),
}

#[derive(Clone, Debug)]
pub struct YamlNode {
    pub kind: YamlKind,
    /// Byte offsets.
    pub start: u32,
    pub end: u32,
    /// The number behind the last node below this one.
    behind: YamlId,
}

/// All documents of one file, each node before those below it.
#[derive(Debug, Default)]
pub struct Yaml {
    nodes: Vec<YamlNode>,
    /// The outermost node of each document.
    documents: Vec<YamlId>,
}

/// Reads all documents. What stands before an error is kept, up to the last document that ended.
pub fn parse_yaml(text: &str) -> (Yaml, Option<SyntaxProblem>) {
    let offsets = Offsets::new(text);
    let mut yaml = Yaml::default();
    let mut open: Vec<YamlId> = Vec::new();
    let mut anchors: FxHashMap<usize, YamlId> = FxHashMap::default();
    let mut complete = 0;
    let mut problem = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(found) => found,
            Err(error) => {
                let at = offsets.byte(error.marker().index());
                problem = Some(offsets.problem(at, format!("this is not valid YAML: {}", error.info())));
                break;
            }
        };
        let (start, end) = (offsets.byte(span.start.index()), offsets.byte(span.end.index()));
        let (kind, anchor) = match event {
            Event::Scalar(value, style, anchor, _) => {
                (YamlKind::Scalar { text: (&*value).into(), plain: style == ScalarStyle::Plain }, anchor)
            }
            Event::Alias(anchor) => {
                (YamlKind::Alias(anchors.get(&anchor).copied().unwrap_or(YamlId::MAX)), 0)
            }
            Event::MappingStart(anchor, _) => (YamlKind::Mapping, anchor),
            Event::SequenceStart(anchor, _) => (YamlKind::Sequence, anchor),
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(id) = open.pop() {
                    yaml.close(id);
                }
                continue;
            }
            Event::DocumentEnd => {
                complete = yaml.documents.len();
                continue;
            }
            _ => continue,
        };
        let id = yaml.nodes.len() as YamlId;
        if open.is_empty() {
            yaml.documents.push(id);
        }
        if anchor != 0 {
            anchors.insert(anchor, id);
        }
        let nests = matches!(kind, YamlKind::Mapping | YamlKind::Sequence);
        yaml.nodes.push(YamlNode { kind, start, end: end.max(start), behind: id + 1 });
        if nests {
            open.push(id);
            if open.len() > DEPTH {
                problem =
                    Some(offsets.problem(start, "the YAML is nested more than 100 levels deep".to_owned()));
                break;
            }
        }
    }
    yaml.documents.truncate(complete);
    (yaml, problem)
}

impl Yaml {
    /// A collection ends where its last node ends.
    fn close(&mut self, id: YamlId) {
        let behind = self.nodes.len() as YamlId;
        let end = self.nodes.last().map_or(0, |last| last.end);
        let node = &mut self.nodes[id as usize];
        node.behind = behind;
        node.end = node.end.max(end);
    }

    pub fn documents(&self) -> &[YamlId] {
        &self.documents
    }

    pub fn node(&self, id: YamlId) -> &YamlNode {
        &self.nodes[id as usize]
    }

    /// The node itself, or what an alias stands for.
    fn meant(&self, mut id: YamlId) -> Option<YamlId> {
        for _ in 0..HOPS {
            match self.nodes.get(id as usize)?.kind {
                YamlKind::Alias(target) => id = target,
                _ => return Some(id),
            }
        }
        None
    }

    fn children(&self, id: YamlId) -> impl Iterator<Item = YamlId> {
        let behind = self.node(id).behind;
        let within = move |child: YamlId| Some(child).filter(|&child| child < behind);
        std::iter::successors(within(id + 1), move |&child| within(self.node(child).behind))
    }

    /// Where the next node behind this one starts, if there is one.
    pub fn next_start(&self, id: YamlId) -> Option<u32> {
        self.nodes.get(self.node(id).behind as usize).map(|next| next.start)
    }

    /// Whether a scalar is written without quotes, so that `~`, `null` and nothing at all mean no value.
    pub fn is_null(&self, id: YamlId) -> bool {
        self.meant(id).is_some_and(|id| match &self.node(id).kind {
            YamlKind::Scalar { text, plain } => *plain && matches!(&**text, "" | "~" | "null"),
            _ => false,
        })
    }

    /// Whether it stands for another node.
    pub fn is_alias(&self, id: YamlId) -> bool {
        matches!(self.node(id).kind, YamlKind::Alias(_))
    }

    /// Whether it is a mapping or a sequence without anything in it.
    pub fn is_empty(&self, id: YamlId) -> bool {
        self.meant(id).is_some_and(|id| match &self.node(id).kind {
            YamlKind::Mapping | YamlKind::Sequence => self.node(id).behind == id + 1,
            _ => false,
        })
    }

    /// Whether it is a mapping with something in it.
    pub fn is_mapping(&self, id: YamlId) -> bool {
        !self.entries(id).is_empty()
    }

    /// The keys and values of a mapping; none for anything else. Merged mappings (`<<`) are not among them.
    pub fn entries(&self, id: YamlId) -> Vec<(YamlId, YamlId)> {
        let Some(id) = self.meant(id).filter(|&id| self.node(id).kind == YamlKind::Mapping) else {
            return Vec::new();
        };
        let children: Vec<YamlId> = self.children(id).collect();
        children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// The innermost mapping around a byte offset, and the key whose value the offset lies in.
    pub fn key_at(&self, offset: u32) -> Option<(YamlId, &str)> {
        let around = |id: YamlId| (self.node(id).start..self.node(id).end).contains(&offset);
        let mut found = None;
        for id in (0..self.nodes.len() as YamlId).filter(|&id| self.node(id).kind == YamlKind::Mapping) {
            if self.node(id).start > offset {
                break;
            }
            for (key, value) in self.entries(id) {
                if around(value)
                    && let Some(text) = self.text(key)
                {
                    found = Some((id, text));
                }
            }
        }
        found
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self, id: YamlId) -> Vec<YamlId> {
        match self.meant(id) {
            Some(id) if self.node(id).kind == YamlKind::Sequence => self.children(id).collect(),
            _ => Vec::new(),
        }
    }

    /// The entry of a mapping with this key, those of merged mappings (`<<: *defaults`) behind its own.
    pub fn entry(&self, id: YamlId, key: &str) -> Option<(YamlId, YamlId)> {
        self.entry_within(id, key, 0)
    }

    fn entry_within(&self, id: YamlId, key: &str, hops: u32) -> Option<(YamlId, YamlId)> {
        let entries = self.entries(id);
        let named = |name: &str| entries.iter().copied().find(|&(known, _)| self.text(known) == Some(name));
        named(key).or_else(|| {
            let (_, merged) = named("<<").filter(|_| hops < HOPS)?;
            let sources = self.items(merged);
            match sources.is_empty() {
                true => self.entry_within(merged, key, hops + 1),
                false => sources.iter().take(HOPS as usize).find_map(|&source| {
                    // A list of merged mappings is looked through one level deep.
                    self.entries(source).into_iter().find(|&(known, _)| self.text(known) == Some(key))
                }),
            }
        })
    }

    /// The value behind a key.
    pub fn get(&self, id: YamlId, key: &str) -> Option<YamlId> {
        self.entry(id, key).map(|(_, value)| value)
    }

    /// The value behind several keys, one in the other.
    pub fn path(&self, id: YamlId, keys: &[&str]) -> Option<YamlId> {
        keys.iter().try_fold(id, |node, key| self.get(node, key))
    }

    /// The text of a scalar.
    pub fn text(&self, id: YamlId) -> Option<&str> {
        match &self.node(self.meant(id)?).kind {
            YamlKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// The parser counts characters; the rest of the checker counts bytes.
struct Offsets<'t> {
    text: &'t str,
    /// Where each character starts, unless all are one byte long.
    starts: Vec<u32>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let starts =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at as u32).collect() };
        Self { text, starts }
    }

    fn byte(&self, character: usize) -> u32 {
        let length = self.text.len();
        if self.starts.is_empty() {
            return character.min(length) as u32;
        }
        self.starts.get(character).copied().unwrap_or(length as u32)
    }

    fn problem(&self, at: u32, message: String) -> SyntaxProblem {
        SyntaxProblem { start: at, end: (at + 1).min(self.text.len() as u32).max(at), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'t>(text: &'t str, yaml: &Yaml, id: YamlId) -> &'t str {
        let node = yaml.node(id);
        &text[node.start as usize..node.end as usize]
    }

    #[test]
    fn values_are_found_by_their_keys_with_their_places() {
        let text = "# é 😀\nspec:\r\n  replicas: 3\r\n  list: [a, 'b é']\n---\nkind: Job\n";
        let (yaml, problem) = parse_yaml(text);
        assert_eq!(problem, None);
        let [first, second] = yaml.documents() else { panic!("two documents") };
        let replicas = yaml.path(*first, &["spec", "replicas"]).unwrap();
        assert_eq!(at(text, &yaml, replicas), "3");
        let items = yaml.items(yaml.path(*first, &["spec", "list"]).unwrap());
        assert_eq!(items.iter().map(|&item| at(text, &yaml, item)).collect::<Vec<_>>(), ["a", "'b é'"]);
        assert_eq!(yaml.get(*second, "kind").and_then(|kind| yaml.text(kind)), Some("Job"));
    }

    #[test]
    fn aliases_and_merges_are_followed_without_growing() {
        let text =
            "base: &base {a: 1, b: &b [x]}\nmade:\n  <<: *base\n  a: 2\nloop: &l\n  <<: *l\nother: *b\n";
        let (yaml, problem) = parse_yaml(text);
        assert_eq!(problem, None);
        let root = yaml.documents()[0];
        let value = |keys: &[&str]| yaml.path(root, keys).and_then(|id| yaml.text(id));
        assert_eq!(value(&["made", "a"]), Some("2"));
        assert_eq!(yaml.items(yaml.path(root, &["made", "b"]).unwrap()).len(), 1);
        assert_eq!(yaml.items(yaml.get(root, "other").unwrap()).len(), 1);
        assert_eq!(value(&["loop", "missing"]), None);

        let mut bomb = String::from("a0: &a0 [x, x]\n");
        for level in 1..60 {
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(9)));
        }
        let (yaml, problem) = parse_yaml(&bomb);
        assert_eq!(problem, None);
        assert!(yaml.nodes.len() < 2_000);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem() {
        for text in [
            "a: [1, 2",
            "a: 'open",
            "\tb: 1",
            "a: b: c",
            "{{ value }}: x",
            "*missing",
            "%",
            "? ? ?",
            "\u{feff}a: 1: 2",
        ] {
            let (_, problem) = parse_yaml(text);
            if let Some(problem) = problem {
                assert!(problem.start as usize <= text.len() && problem.start <= problem.end, "{text}");
                assert!(text.is_char_boundary(problem.start as usize), "{text}");
            }
        }
        for unit in ["[", "{a: ", "- ", "? ", "a: &x [", "!!map {"] {
            let (_, problem) = parse_yaml(&unit.repeat(20_000));
            assert!(problem.is_some(), "{unit}");
        }
        let stairs: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(parse_yaml(&stairs).1.is_some());
        let (yaml, problem) = parse_yaml("kind: Job\n---\na: [");
        assert!(problem.is_some());
        assert_eq!(yaml.documents().len(), 1);
    }
}
