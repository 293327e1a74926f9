//! A place in one of the files: its shape, its surroundings, its text.

use std::fmt;

use super::{File, Model, Place};
use crate::report::Range;
use crate::syntax::{Kind, NodeData, NodeId, Operator, Role, ScopeKind, Symbol, Tree};

/// A node of a file's tree, with the model that gives it meaning. Copying it copies three numbers.
#[derive(Clone, Copy)]
pub struct Node<'m> {
    pub model: &'m Model<'m>,
    pub file: u32,
    pub id: NodeId,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Node<'_> {}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind(), self.source())
    }
}

/// A text on one line, shortened to what fits into a message.
pub(super) fn excerpt(source: &str) -> String {
    let mut text = String::new();
    for word in source.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        if text.len() > 60 {
            break;
        }
    }
    if text.chars().count() > 60 {
        text = text.chars().take(57).collect();
        text.push('…');
    }
    text
}

impl<'m> Node<'m> {
    pub fn place(self) -> Place {
        Place { file: self.file, node: self.id }
    }

    pub fn at(self, id: NodeId) -> Node<'m> {
        Node { id, ..self }
    }

    pub fn source_file(self) -> &'m File<'m> {
        &self.model.files[self.file as usize]
    }

    pub fn data(self) -> &'m NodeData {
        &self.source_file().tree.nodes[self.id as usize]
    }

    pub fn kind(self) -> Kind {
        self.data().kind
    }

    pub fn is(self, kind: Kind) -> bool {
        self.kind() == kind
    }

    pub fn role(self) -> Role {
        self.data().role
    }

    pub fn operator(self) -> Operator {
        self.data().operator
    }

    pub fn is_async(self) -> bool {
        self.data().is_async
    }

    pub fn symbol(self) -> Symbol {
        self.data().name
    }

    /// The identifier, attribute, keyword, parameter or short string.
    pub fn name(self) -> &'m str {
        self.model.text(self.data().name)
    }

    /// The text as it stands in the file.
    pub fn source(self) -> &'m str {
        let data = self.data();
        self.source_file().text.get(data.start as usize..data.stop as usize).unwrap_or_default()
    }

    /// The text on one line, shortened to what fits into a message.
    pub fn excerpt(self) -> String {
        excerpt(self.source())
    }

    pub fn range(self) -> Range {
        let data = self.data();
        let file = self.source_file();
        file.lines.range(file.text, data.start, data.stop)
    }

    /// The range of the first line alone, for definitions and clauses that span many.
    pub fn heading(self) -> Range {
        let file = self.source_file();
        let mut range = self.range();
        if range.end.line > range.start.line {
            let start = self.data().start as usize;
            let rest = file.text.get(start..).unwrap_or_default();
            let line = rest.split(['\n', '\r']).next().unwrap_or_default();
            range.end = range.start;
            range.end.column += line.trim_end().chars().count() as u32;
        }
        range
    }

    /// The line on which it starts, from 1.
    pub fn line(self) -> u32 {
        self.source_file().lines.line(self.data().start)
    }

    /// Whether another checker was told to be quiet on one of the lines of this code (`# noqa`, `# nosec`).
    pub fn is_silenced_elsewhere(self) -> bool {
        let file = self.source_file();
        let data = self.data();
        let rest = file.text.get(data.start as usize..).unwrap_or_default();
        let length = (data.stop - data.start) as usize;
        let line_end = rest
            .get(length..)
            .and_then(|tail| tail.find(['\n', '\r']))
            .map_or(rest.len(), |end| length + end);
        let code = rest.get(..line_end).unwrap_or_default();
        ["# noqa", "#noqa", "# nosec", "# NOSONAR"].iter().any(|word| code.contains(word))
    }

    // Surroundings

    pub fn parent(self) -> Option<Node<'m>> {
        (self.id != 0).then(|| self.at(self.data().parent))
    }

    /// The enclosing nodes, the nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'m>> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    /// The enclosing nodes up to and without the nearest function: what holds whenever this place is reached.
    pub fn surroundings(self) -> impl Iterator<Item = Node<'m>> {
        self.ancestors().take_while(|node| !node.is_function() && !node.is(Kind::ClassDef))
    }

    pub fn children(self) -> impl Iterator<Item = Node<'m>> {
        self.source_file().tree.children(self.id).map(move |id| self.at(id))
    }

    pub fn child(self, role: Role) -> Option<Node<'m>> {
        self.source_file().tree.child(self.id, role).map(|id| self.at(id))
    }

    /// This node and all below it, in the order of evaluation.
    pub fn descendants(self) -> impl Iterator<Item = Node<'m>> {
        (self.id..self.data().end).map(move |id| self.at(id))
    }

    pub fn descendants_of(self, kind: Kind) -> impl Iterator<Item = Node<'m>> {
        let (start, end) = (self.id as usize, self.data().end as usize);
        let nodes = (self.id..).zip(&self.source_file().tree.nodes[start..end]);
        nodes.filter(move |(_, data)| data.kind == kind).map(move |(id, _)| self.at(id))
    }

    /// Whether `other` is this node or below it.
    pub fn contains(self, other: Node<'m>) -> bool {
        self.file == other.file && self.id <= other.id && other.id < self.data().end
    }

    pub fn is_function(self) -> bool {
        matches!(self.kind(), Kind::FunctionDef | Kind::Lambda)
    }

    /// The nearest enclosing `def` or `lambda`. A decorator, default or annotation belongs to the outer one.
    pub fn function(self) -> Option<Node<'m>> {
        let tree = &self.source_file().tree;
        let mut scope = tree.nodes[self.id as usize].scope;
        loop {
            let data = tree.scopes[scope as usize];
            match data.kind {
                ScopeKind::Function | ScopeKind::Lambda => return Some(self.at(data.node)),
                ScopeKind::Module => return None,
                ScopeKind::Class | ScopeKind::Comprehension => scope = data.parent,
            }
        }
    }

    /// The nearest enclosing class whose body this is in, functions in between included.
    pub fn class(self) -> Option<Node<'m>> {
        let tree = &self.source_file().tree;
        let mut scope = self.data().scope;
        loop {
            let data = tree.scopes[scope as usize];
            match data.kind {
                ScopeKind::Class => return Some(self.at(data.node)),
                ScopeKind::Module => return None,
                _ => scope = data.parent,
            }
        }
    }

    /// The class of which this function is a method.
    pub fn owner(self) -> Option<Node<'m>> {
        let tree = &self.source_file().tree;
        let scope = tree.scopes[self.data().scope as usize];
        (scope.kind == ScopeKind::Class).then(|| self.at(scope.node))
    }

    /// The enclosing definitions, dotted; empty at module level.
    pub fn qualified_name(self) -> String {
        let mut names: Vec<&str> = Vec::new();
        if matches!(self.kind(), Kind::FunctionDef | Kind::ClassDef) {
            names.push(self.name());
        }
        names.extend(
            self.ancestors()
                .filter(|node| matches!(node.kind(), Kind::FunctionDef | Kind::ClassDef))
                .map(|node| node.name()),
        );
        names.retain(|name| *name != Tree::UNNAMED);
        names.reverse();
        names.join(".")
    }

    /// The nearest enclosing statement, or this node if it is one.
    pub fn statement(self) -> Node<'m> {
        std::iter::once(self)
            .chain(self.ancestors())
            .find(|node| node.parent().is_some_and(|parent| parent.is(Kind::Block)))
            .unwrap_or(self)
    }

    /// The nearest enclosing loop of the same function whose body repeats this place.
    pub fn enclosing_loop(self) -> Option<Node<'m>> {
        let mut below = self;
        for node in self.surroundings() {
            let repeats = match node.kind() {
                Kind::For => below.role() == Role::Body,
                Kind::While => matches!(below.role(), Role::Body | Role::Test),
                Kind::ListComp | Kind::SetComp | Kind::DictComp | Kind::Generator => {
                    below.role() != Role::Clause
                }
                _ => false,
            };
            if repeats {
                return Some(node);
            }
            below = node;
        }
        None
    }

    /// The `try` statements of the same function whose body this is in, the nearest first.
    pub fn enclosing_tries(self) -> impl Iterator<Item = Node<'m>> {
        let mut below = self;
        self.surroundings().filter(move |node| {
            let protects = node.is(Kind::Try) && below.role() == Role::Body;
            below = *node;
            protects
        })
    }

    /// Whether the last statement of this block leaves the block's surroundings.
    pub fn leaves(self) -> bool {
        self.children().last().is_some_and(|last| {
            matches!(last.kind(), Kind::Raise | Kind::Return | Kind::Continue | Kind::Break)
        })
    }

    /// The nearest enclosing `except` clause of the same function.
    pub fn enclosing_handler(self) -> Option<Node<'m>> {
        self.surroundings().find(|node| node.is(Kind::Handler))
    }

    /// The items of the `with` statements of the same function around this place, the nearest first.
    pub fn enclosing_with_items(self) -> impl Iterator<Item = Node<'m>> {
        let mut below = self;
        self.surroundings()
            .filter(move |node| {
                let inside = node.is(Kind::With) && below.role() == Role::Body;
                below = *node;
                inside
            })
            .flat_map(|with| with.children().filter(|child| child.is(Kind::WithItem)))
    }

    pub fn is_awaited(self) -> bool {
        self.parent().is_some_and(|parent| parent.is(Kind::Await))
    }

    /// The expression without the `await`, star or assignment expression around its value.
    pub fn unwrapped(self) -> Node<'m> {
        match self.kind() {
            Kind::Await | Kind::Named => self.child(Role::Value).map_or(self, Node::unwrapped),
            Kind::Starred => self.child(Role::Item).map_or(self, Node::unwrapped),
            _ => self,
        }
    }

    // Calls

    /// The expression that is called.
    pub fn callee(self) -> Option<Node<'m>> {
        // It is evaluated first, and so stands first.
        self.is(Kind::Call).then(|| self.at(self.id + 1))
    }

    /// The object on which a method is called, or of which an attribute is read.
    pub fn receiver(self) -> Option<Node<'m>> {
        let attribute = if self.is(Kind::Call) { self.callee()? } else { self };
        attribute.is(Kind::Attribute).then(|| attribute.child(Role::Value))?
    }

    /// The last name of what is called: `get` in `client.get(…)` and in `get(…)`.
    pub fn callee_name(self) -> &'m str {
        let Some(callee) = self.callee() else { return "" };
        let data = callee.data();
        if matches!(data.kind, Kind::Name | Kind::Attribute) { self.model.text(data.name) } else { "" }
    }

    /// The positional arguments of a call, stars included.
    pub fn positional(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.role() == Role::Argument && !child.is(Kind::Keyword))
    }

    /// A positional argument by its index from 0; nothing behind a star.
    pub fn argument(self, index: usize) -> Option<Node<'m>> {
        self.positional().take_while(|argument| !argument.is(Kind::Starred)).nth(index)
    }

    /// The keyword arguments of a call or class definition, `**` included (their name is empty).
    pub fn keywords(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.is(Kind::Keyword))
    }

    /// The value of a keyword argument.
    pub fn keyword(self, name: &str) -> Option<Node<'m>> {
        let mut hides = false;
        for keyword in self.keywords() {
            let symbol = keyword.symbol();
            if self.model.symbols.is(symbol, name) {
                return keyword.child(Role::Value);
            }
            hides |= symbol.is_empty();
        }
        if hides { self.option(name) } else { None }
    }

    /// The value of a keyword out of options that are written out elsewhere: `OPTIONS = {"pool_size": 20}`, and
    /// `create_engine(url, **OPTIONS)`; or put in one by one, `options["timeout"] = 10`.
    fn option(self, name: &str) -> Option<Node<'m>> {
        let mut hidden = self.keywords().filter(|keyword| keyword.symbol().is_empty());
        hidden.find_map(|keyword| {
            let options = keyword.child(Role::Value)?;
            options
                .entry_put_before(name, self, false)
                .or_else(|| options.resolved_value().dictionary_value(name))
        })
    }

    /// The value of an argument by its index or its name.
    pub fn argument_or_keyword(self, index: usize, name: &str) -> Option<Node<'m>> {
        self.keyword(name).or_else(|| self.argument(index))
    }

    /// Whether the call hands on arguments that are not written out: `*args`, `**options`. Those of a dictionary that
    /// is written out elsewhere are, see [`Node::keyword`].
    pub fn has_hidden_arguments(self) -> bool {
        let is_written_out = |keyword: Node<'m>| {
            keyword.child(Role::Value).map(Node::resolved_value).is_some_and(|options| {
                options.is(Kind::Dict)
                    && options
                        .children()
                        .all(|item| item.child(Role::Key).is_some_and(|key| key.is(Kind::Str)))
                    && options.is_only_handed_on()
            })
        };
        self.children().any(|child| {
            child.role() == Role::Argument
                && (child.is(Kind::Starred)
                    || (child.is(Kind::Keyword) && child.symbol().is_empty() && !is_written_out(child)))
        })
    }

    /// Whether the dictionary stands where it is used, or under a name of the same file that does nothing but hand it
    /// on: `**OPTIONS`.
    fn is_only_handed_on(self) -> bool {
        let Some(name) = self.statement().targets().next() else { return true };
        name.is(Kind::Name)
            && name.at(0).descendants_of(Kind::Name).all(|other| {
                other.symbol() != name.symbol()
                    || other == name
                    || other
                        .parent()
                        .is_some_and(|around| around.is(Kind::Keyword) && around.symbol().is_empty())
            })
    }

    // Functions

    pub fn parameters(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.role() == Role::Parameter)
    }

    pub fn parameter(self, name: &str) -> Option<Node<'m>> {
        self.parameters().find(|parameter| parameter.name() == name)
    }

    /// The expressions behind the `@` signs.
    pub fn decorators(self) -> impl Iterator<Item = Node<'m>> {
        self.children()
            .filter(|child| child.role() == Role::Decorator)
            .filter_map(|decorator| decorator.child(Role::Value))
    }

    pub fn body(self) -> Option<Node<'m>> {
        self.child(Role::Body)
    }

    /// The calls in this function's own code, nested functions left out.
    pub fn own_calls(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.calls)
    }

    pub fn own_returns(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.returns)
    }

    pub fn own_yields(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.yields)
    }

    pub fn own_assignments(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.assignments)
    }

    pub fn own_raises(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.raises)
    }

    pub fn own_ifs(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.ifs)
    }

    pub fn own_loops(self) -> impl Iterator<Item = Node<'m>> {
        self.own(&self.source_file().tree.loops)
    }

    fn own(self, list: &'m [NodeId]) -> impl Iterator<Item = Node<'m>> {
        self.within(list).filter(move |node| node.function() == Some(self))
    }

    /// The nodes of a sorted list that lie below this one.
    pub fn within(self, list: &'m [NodeId]) -> impl Iterator<Item = Node<'m>> {
        let end = self.data().end;
        let rest = &list[list.partition_point(|&id| id < self.id)..];
        let within = &rest[..rest.partition_point(|&id| id < end)];
        within.iter().map(move |&id| self.at(id))
    }

    /// All calls below this node, nested functions included.
    pub fn calls_within(self) -> impl Iterator<Item = Node<'m>> {
        self.within(&self.source_file().tree.calls)
    }

    pub fn is_generator(self) -> bool {
        self.own_yields().next().is_some()
    }

    /// The values of an assignment's targets that are plain names, attributes or subscripts.
    pub fn targets(self) -> impl Iterator<Item = Node<'m>> {
        self.children().filter(|child| child.role() == Role::Target)
    }

    pub fn value(self) -> Option<Node<'m>> {
        self.child(Role::Value)
    }
}
