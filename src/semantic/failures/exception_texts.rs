//! What of an exception's text a value holds, and for whom such a text was written.

use crate::semantic::{FunctionRole, Model, Node, Type, has_word, is_masking_name};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// Attributes that hold a part of an exception's text. Others, such as `detail`, `message` and
/// `status_code`, are chosen by whoever raised it.
const TELLING: [&str; 9] = [
    "args",
    "orig",
    "statement",
    "stderr",
    "strerror",
    "filename",
    "__cause__",
    "__context__",
    "__traceback__",
];

/// What is known of the exception whose text is shown, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorText {
    /// Written for clients, or by people who know that it is shown.
    Harmless,
    /// One of Python's own: fine as the answer to a wrong request, not as that to a failure.
    Plain,
    /// Written for operators: SQL, hosts, paths.
    Operator,
    /// Whatever comes.
    Anything,
    Trace,
}

/// A part of an exception that a value holds.
pub struct Leak<'m> {
    pub text: ErrorText,
    /// Where the exception is caught, or the function that handles it.
    pub caught: Node<'m>,
    /// Where its text is taken.
    pub shown: Node<'m>,
}

impl<'m> Node<'m> {
    /// The worst text of an exception that a value holds, unless developers alone see it, or what must not be seen was
    /// taken out of it.
    pub fn leak(self) -> Option<Leak<'m>> {
        self.ingredients()
            .into_iter()
            .filter_map(leak_of)
            .filter(|leak| {
                leak.text != ErrorText::Harmless && !is_for_developers(leak.shown) && !is_masked(leak.shown)
            })
            .filter(|leak| !leak.caught.never_catches())
            .max_by_key(|leak| leak.text)
    }
}

impl<'s> Model<'s> {
    /// Where the handler that is registered for an exception of a given class, or for one that it derives from, answers
    /// with what that exception was given: its text, or an attribute of it.
    pub fn shown_by_handler<'m>(&'m self, made: Node<'m>) -> Option<Node<'m>> {
        let Type::Class(raised) = made.callee()?.ty() else { return None };
        let fits = |class: Node<'m>| matches!(class.ty(), Type::Class(handled) if self.derives_from(raised, handled));
        self.functions()
            .filter(|function| {
                function.plays(crate::semantic::FunctionRole::ExceptionHandler)
                    && !function.is_outside_production()
            })
            .filter(|function| function.handled_exception().is_some_and(fits))
            .find_map(|function| {
                let exception = function.parameters().nth(1)?;
                // `error.to_dict()`, by which its class tells what it was given.
                let tells = |method: Node<'m>| {
                    let Type::Class(handled) = function.handled_exception()?.ty() else { return None };
                    let method: Node<'m> = self.node(self.method_of(handled, method.name())?);
                    let returned = method.own_returns().filter_map(Node::value);
                    returned.flat_map(|value| value.descendants_of(Kind::Attribute)).find(|part| {
                        matches!(part.name(), "detail" | "message" | "args" | "reason" | "msg")
                            && part.receiver().is_some_and(|own| own.name() == "self")
                    })
                };
                let is_told = |part: Node<'m>| {
                    part.is(Kind::Name)
                        && part.as_parameter() == Some(exception)
                        && part.parent().is_some_and(|around| match around.kind() {
                            Kind::Attribute if around.role() == Role::Callee => tells(around).is_some(),
                            Kind::Attribute => ["detail", "message", "args", "reason", "error", "msg"]
                                .contains(&around.name()),
                            Kind::Call => around.callee().is_some_and(|callee| callee.names("builtins.str")),
                            Kind::FString => true,
                            _ => false,
                        })
                };
                function
                    .own_returns()
                    .filter_map(Node::value)
                    .flat_map(|value| value.resolved_value().ingredients_of_answer())
                    .find(|part| part.descendants_of(Kind::Name).any(is_told))
            })
    }
}

impl<'m> Node<'m> {
    /// The arguments of a call that makes an answer, through local names.
    fn ingredients_of_answer(self) -> Vec<Node<'m>> {
        self.positional()
            .chain(self.keywords().filter(|keyword| keyword.name() != "status_code").filter_map(Node::value))
            .map(Node::resolved_value)
            .collect()
    }
}

fn leak_of(leaf: Node<'_>) -> Option<Leak<'_>> {
    if leaf.is(Kind::Call) {
        let caught = leaf.enclosing_handler().or(leaf.function())?;
        return leaf.does(Tag::FormatsTraceback).then_some(Leak {
            text: ErrorText::Trace,
            caught,
            shown: leaf,
        });
    }
    let mut root = leaf;
    while root.is(Kind::Attribute) {
        if !TELLING.contains(&root.name()) {
            return None;
        }
        root = root.receiver()?;
    }
    if is_narrowed(leaf, root) {
        return None;
    }
    if let Some(handler) = root.caught_by() {
        let classes = handler.caught_classes();
        let text =
            classes.iter().map(|&class| text_caught(class, handler)).max().unwrap_or(ErrorText::Anything);
        return Some(Leak { text, caught: handler, shown: leaf });
    }
    let parameter = root.as_parameter()?;
    let function = parameter.parent()?;
    let is_exception = function.plays(FunctionRole::ExceptionHandler)
        && function.parameters().nth(1).is_some_and(|parameter| parameter.symbol() == root.symbol());
    if is_exception {
        return Some(Leak { text: text_of(function.handled_exception()?), caught: function, shown: leaf });
    }
    // `def as_http(error: DBAPIError) -> HTTPException`: what others have caught comes here to be answered.
    let makes_answer = || {
        function.own_returns().filter_map(Node::value).any(|made| made.resolved_value().response().is_some())
    };
    let text = text_of(parameter.child(Role::Annotation)?);
    (text >= ErrorText::Operator && makes_answer()).then_some(Leak { text, caught: function, shown: leaf })
}

/// What the texts of a class are like that a clause catches: those with which the code in its `try` raises it were
/// written by people who knew, and without a look at a status no address comes with a broken connection.
fn text_caught(class: Node<'_>, handler: Node<'_>) -> ErrorText {
    let model = class.model;
    let instance = model.instance_of_class(class.ty());
    let has = |tag| matches!(instance, Type::Instance(..)) && model.type_has(instance, tag);
    if has(ClassTag::ConnectionError) {
        let body = handler.tried();
        let tells_status = has(ClassTag::StatusError) && body.is_some_and(Node::raises_for_status);
        return if tells_status { text_of(class) } else { ErrorText::Plain };
    }
    match text_of(class) {
        ErrorText::Plain if is_raised_with_own_text(class, handler) => ErrorText::Harmless,
        text => text,
    }
}

/// Whether the project raises this class itself in the `try`, never with the text of another exception.
fn is_raised_with_own_text(class: Node<'_>, handler: Node<'_>) -> bool {
    let raised = handler.raised_for(class);
    !raised.is_empty()
        && raised
            .iter()
            .filter_map(|raise| raise.child(Role::Exception))
            .all(|value| !value.descendants_of(Kind::Name).any(|name| name.caught_by().is_some()))
}

/// What the texts of an exception class are like.
fn text_of(class: Node<'_>) -> ErrorText {
    if class.http_status() == Some(500) {
        return ErrorText::Anything;
    }
    let model = class.model;
    let instance = model.instance_of_class(class.ty());
    match instance {
        Type::Instance(..) if model.type_has(instance, ClassTag::AnyError) => ErrorText::Anything,
        // A class of the project that derives from it has texts of its own.
        Type::Instance(..) if model.type_has(instance, ClassTag::OperatorError) => ErrorText::Operator,
        Type::Foreign(_) if class.path().is_some_and(|path| path.starts_with("builtins.")) => {
            ErrorText::Plain
        }
        _ => ErrorText::Harmless,
    }
}

/// Where `isinstance(exc, …)` or `type(exc) is …` holds, or `"not found" in str(exc)`, it is known after all what is
/// shown; where they do not, it is not.
fn is_narrowed(leaf: Node<'_>, root: Node<'_>) -> bool {
    let is_about = |node: Node<'_>| node.descendants_of(Kind::Name).any(|name| name.reads_like(root));
    leaf.is_where(&|part, holds| {
        holds != part.asks_for_opposite()
            && part.descendants().any(|node| match node.kind() {
                Kind::Call => {
                    matches!(node.callee_name(), "isinstance" | "type")
                        && node.argument(0).is_some_and(is_about)
                }
                Kind::Compare => {
                    matches!(node.operator(), Operator::In | Operator::NotIn)
                        && node.child(Role::Left).is_some_and(|text| text.is(Kind::Str))
                        && node.child(Role::Right).is_some_and(is_about)
                }
                _ => false,
            })
    })
}

/// Whether a function that takes out what must not be seen has seen the text before: what is left is not known.
fn is_masked(shown: Node<'_>) -> bool {
    shown
        .surroundings()
        .take_while(|node| !node.is(Kind::Block))
        .any(|node| node.is(Kind::Call) && is_masking_name(node.callee_name()))
}

/// Shown only where a switch for developers is on.
fn is_for_developers(shown: Node<'_>) -> bool {
    shown.is_where(&|part, holds| {
        holds != part.asks_for_opposite()
            && part
                .descendants()
                .filter(|node| matches!(node.kind(), Kind::Name | Kind::Attribute))
                .any(|node| has_word(node.name(), &["debug", "dev", "development"]))
    })
}
