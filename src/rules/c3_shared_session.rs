//! C3: one database session is used by several flows of control, outlives its request, or is never closed.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Model, Node, Type, has_word};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// What is told condition by condition.
const SHARED: &str = "coroutines that run at once with one session";

/// One use of a session by something that runs beside its caller.
struct Use<'m> {
    /// The session, as it is written in the caller: `db`, `self.db`.
    name: String,
    at: Node<'m>,
}

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for assignment in model.assignments().filter(|node| node.is_shared_code()) {
        kept(assignment, findings);
        unclosed(assignment, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| call.is_shared_code()) {
        if api.has(Tag::Gathers) {
            gathered(call, findings);
        } else if api.has(Tag::StartsTask) {
            started(call, findings);
        } else if api.has(Tag::Offloads) {
            offloaded(call, findings);
        } else if api.has(Tag::AfterResponse) {
            after_response(call, findings);
        } else if api.callable.crosses == Some(System::Broker) {
            queued(call, findings);
        } else if api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::ThreadLocalSession))
        {
            one_for_a_thread(call, findings);
        }
    }
    // A task queue of a file that was not given is told by its two methods.
    for call in ["delay", "apply_async"].iter().flat_map(|name| model.calls_named(name)) {
        if call.api().is_none() && call.is_shared_code() {
            queued(call, findings);
        }
    }
    for function in model.functions().filter(|function| function.is_shared_code()) {
        remembered(function, findings);
    }
    for item in model.withs().flat_map(Node::children).filter(|item| item.is(Kind::WithItem)) {
        if let Some(context) = item.child(Role::Context)
            && context.is(Kind::Call)
            && is_session_type(model, model.entered(context.ty()))
            && item.is_shared_code()
        {
            findings.conforms(context, "a session that is opened for this block and closed with it");
        }
    }
}

fn is_session_type(model: &Model<'_>, kind: Type) -> bool {
    model.session_kind(kind).is_some()
}

fn is_session(node: Node<'_>) -> bool {
    is_session_type(node.model, node.ty())
}

/// Whether two who use this at once harm each other: a session, or a connection that refuses the second.
fn is_for_one(node: Node<'_>) -> bool {
    is_session(node) || node.is_a(ClassTag::OneOperation)
}

/// What it is, and how one of one's own is opened.
fn kind(node: Node<'_>) -> (&'static str, &'static str) {
    match is_session(node) {
        true => ("session", "`async with SessionFactory() as db:`"),
        false => ("connection", "`async with pool.acquire() as connection:`"),
    }
}

/// The call that opens a session, if this is one.
fn opens(value: Node<'_>) -> Option<Node<'_>> {
    let value = value.unwrapped();
    (value.is(Kind::Call) && is_session(value) && value.model.dependency_of(value).is_none()).then_some(value)
}

// Sessions that all requests share

/// A session of a module, of a class, or of an object that is made at import.
fn kept(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let model = assignment.model;
    let Some(given) = assignment.child(Role::Value) else { return };
    // `users = UserRepository(SessionLocal())` in a module keeps it as well.
    let handed = || {
        let holds = given.is(Kind::Call) && assignment.function().is_none();
        let arguments = given.positional().chain(given.keywords().filter_map(Node::value));
        arguments.filter(|_| holds).find_map(opens)
    };
    let Some(target) = assignment.targets().next() else { return };
    // `async with SessionFactory() as db: app.state.db = db`
    let entered = || {
        let opened = given.assigned_value().filter(|_| is_session(given))?;
        let is_entered = opened.is(Kind::Call) && opened.role() == Role::Context;
        (is_entered && target.is_in_application_state()).then_some(opened)
    };
    let Some(value) = opens(given).or_else(handed).or_else(entered) else { return };
    let (place, holder) = match assignment.function() {
        None if assignment.class().is_some() => ("of the class", None),
        None => ("of the module", None),
        Some(_) if target.is(Kind::Name) && target.scope_of_name() == Some(0) => ("of the module", None),
        Some(_) if target.is_in_application_state() => ("of the application", None),
        Some(_) => {
            let Some(Type::Object(class)) = target.receiver().map(Node::ty) else { return };
            let Some(made) = model.made_at_import(class) else { return };
            ("of an object that is made at import", Some(made))
        }
    };
    let mut draft = findings
        .report(
            assignment,
            Severity::High,
            Certainty::Sure,
            match is_session(given) {
                true => format!("`{}` is one session {place}, and all requests use it", target.source()),
                false => format!("`{}` keeps one session, and all requests use it", target.source()),
            },
        )
        .because(value, "the session is opened here, once");
    if let Some(holder) = holder {
        draft = draft.because(holder, "the object is made when the module is imported, and kept");
    }
    draft.conforming(
        "Keep the factory, and open a session for each request: `async with SessionFactory() as db: yield db` in a \
         dependency.",
    );
}

/// A function that gives the session it opened the first time, whoever calls it.
fn remembered(function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(decorator) = function.caching_decorator() else { return };
    let mut returned = function.own_returns();
    let Some(opened) = returned.find_map(|node| opens(node.child(Role::Value)?.resolved_value())) else {
        return;
    };
    findings
        .report(
            opened,
            Severity::High,
            Certainty::Sure,
            format!("`{}` keeps its first session, and all requests use it", function.name()),
        )
        .because(decorator, "keeps what the function returned")
        .because(opened, "the session is opened here, once")
        .conforming("Keep the factory, and open a session for each request: `async with SessionFactory() as db: yield db` in a dependency.");
}

fn one_for_a_thread(call: Node<'_>, findings: &mut Findings<'_>) {
    let model = call.model;
    let used = model.calls().find(|used| {
        used.on_event_loop().is_some()
            && used.is_shared_code()
            && [used.receiver(), used.callee()]
                .into_iter()
                .flatten()
                .any(|node| node.is_a(ClassTag::ThreadLocalSession))
    });
    if let Some(used) = used {
        findings
            .report(
                call,
                Severity::Medium,
                Certainty::Sure,
                "this keeps one session a thread, and all coroutines of the event loop are on one thread",
            )
            .because(used, "a coroutine uses it")
            .conforming("Use an `async_sessionmaker`, and open a session for each request and task.");
    }
}

// Sessions that several coroutines use at once

fn gathered(gather: Node<'_>, findings: &mut Findings<'_>) {
    let mut uses: Vec<(Use<'_>, bool)> = Vec::new();
    for argument in gather.positional() {
        for (coroutine, repeated) in argument.coroutines() {
            let many = repeated.is_some();
            // Tasks are judged where they are started.
            if !coroutine.unwrapped().does(Tag::StartsTask) {
                uses.extend(sessions_in(coroutine).into_iter().map(|used| (used, many)));
            }
        }
    }
    let is_shared = |index: usize, name: &str| {
        uses[index].1 || uses[index + 1..].iter().any(|(other, _)| other.name == name)
    };
    let shared = uses.iter().enumerate().find(|(index, (used, _))| is_shared(*index, &used.name));
    findings.asks(gather, SHARED, "they take a session from their surroundings", !uses.is_empty(), &|| {
        match uses.first() {
            Some((used, _)) => format!("`{}` ({})", used.name, used.at.whereabouts_from(gather)),
            None => "none that is known to be a session".to_owned(),
        }
    });
    if !uses.is_empty() {
        findings.asks(
            gather,
            SHARED,
            "several of them use the same one",
            shared.is_some(),
            &|| match shared {
                Some((_, (used, true))) => format!("each of them uses `{}`", used.name),
                Some((_, (used, false))) => format!("`{}` is used by more than one", used.name),
                None => "each session is used by one of them alone".to_owned(),
            },
        );
    }
    for (index, (first, many)) in uses.iter().enumerate() {
        if uses[..index].iter().any(|(earlier, _)| earlier.name == first.name) {
            continue;
        }
        let second = uses[index + 1..].iter().find(|(other, _)| other.name == first.name);
        if !many && second.is_none() {
            continue;
        }
        let (what, own) = kind(first.at);
        let note = if *many { "each of the coroutines uses it" } else { "one coroutine uses it" };
        let mut draft = findings
            .report(
                gather,
                Severity::High,
                Certainty::Sure,
                format!("the coroutines that run at once here share the {what} `{}`", first.name),
            )
            .because(first.at, note);
        if let Some((second, _)) = second.filter(|_| !many) {
            draft = draft.because(second.at, "and another one as well");
        }
        draft.conforming(format!(
            "Let each coroutine open its own: {own} inside it. Or await them one after another."
        ));
        return;
    }
}

/// The sessions that a coroutine takes from its surroundings: as an argument, as the object of a query, as a name
/// that a nested function sees, or as an attribute of the object whose method it is. One that is used under a lock
/// has one user at a time.
fn sessions_in(coroutine: Node<'_>) -> Vec<Use<'_>> {
    let mut found: Vec<Use<'_>> = Vec::new();
    let mut add = |name: String, at| {
        if !found.iter().any(|known| known.name == name) {
            found.push(Use { name, at });
        }
    };
    for node in coroutine.descendants().filter(|node| is_handed_on(*node)) {
        add(node.source().to_owned(), node);
    }
    let is_callable = matches!(coroutine.kind(), Kind::Name | Kind::Attribute);
    for call in std::iter::once(coroutine).chain(coroutine.calls_within()) {
        let target = match call.kind() {
            Kind::Call => call.target().map(|place| call.model.node(place)),
            _ if is_callable => call.model.function_named_by(call),
            _ => None,
        };
        let Some(target) = target else { continue };
        let nested = call.function().is_some_and(|outer| outer.contains(target));
        for node in target.descendants() {
            match node.kind() {
                Kind::Name
                    if nested
                        && is_free_in(node, target)
                        && is_for_one(node)
                        && node.exclusive_by().is_none() =>
                {
                    add(node.source().to_owned(), node);
                }
                Kind::Attribute if is_own_attribute(node, target) && is_for_one(node) => {
                    if let Some(receiver) = call.receiver()
                        && node.exclusive_by().is_none()
                    {
                        add(format!("{}.{}", receiver.source(), node.name()), node);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a session is given to a call here, or asked to do something.
fn is_handed_on(node: Node<'_>) -> bool {
    if !matches!(node.kind(), Kind::Name | Kind::Attribute) || node.data().is_store || !is_for_one(node) {
        return false;
    }
    match node.parent() {
        Some(parent) if parent.is(Kind::Attribute) => {
            parent.role() == Role::Callee && parent.ty() != Type::Unknown
        }
        Some(parent) => matches!(parent.kind(), Kind::Call | Kind::Keyword | Kind::Tuple | Kind::List),
        None => false,
    }
}

/// Whether the name is bound outside the function.
fn is_free_in(name: Node<'_>, function: Node<'_>) -> bool {
    name.scope_of_name().is_some_and(|scope| {
        scope != 0 && !function.contains(name.at(name.source_file().tree.scopes[scope as usize].node))
    })
}

/// `self.db` in a method.
fn is_own_attribute(node: Node<'_>, method: Node<'_>) -> bool {
    method.owner().is_some()
        && node.receiver().is_some_and(|receiver| {
            receiver.is(Kind::Name)
                && method.parameters().next().is_some_and(|first| first.symbol() == receiver.symbol())
        })
}

/// Whether the session was there before the loop that repeats this place.
fn comes_from_outside(used: &Use<'_>, repeated: Node<'_>) -> bool {
    let name = match used.at.kind() {
        Kind::Attribute => used.at.receiver(),
        _ => Some(used.at),
    };
    name.is_some_and(|name| {
        let tree = &name.source_file().tree;
        name.reaching_bindings()
            .iter()
            .all(|&binding| !repeated.contains(name.at(tree.bindings[binding as usize].node)))
    })
}

// Tasks and threads

fn started(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(coroutine) = call.scheduled_callable() else { return };
    let Some(used) = sessions_in(coroutine).into_iter().next() else { return };
    let (what, own) = kind(used.at);
    if let Some(repeated) = call.enclosing_loop()
        && comes_from_outside(&used, repeated)
        && !is_awaited_at_once(call)
    {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!(
                    "each turn of the loop starts a task, and all of them share the {what} `{}`",
                    used.name
                ),
            )
            .because(repeated, "repeated for each")
            .because(used.at, "the same session each time")
            .conforming(format!("Let each task open its own {what}: {own} inside it."));
        return;
    }
    let in_group = call.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::TaskGroup));
    let Some(function) = call.function() else { return };
    let other = function.own_calls().find(|other| {
        other.id < call.id
            && other.does(Tag::StartsTask)
            && !is_awaited_at_once(*other)
            && other
                .scheduled_callable()
                .is_some_and(|coroutine| sessions_in(coroutine).iter().any(|known| known.name == used.name))
    });
    if let Some(other) = other
        && (other.dominates(call) || call.dominates(other))
        && !is_awaited_at_once(call)
    {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("two tasks that run at once share the {what} `{}`", used.name),
            )
            .because(other, "the first task uses it")
            .because(used.at, "and so does this one")
            .conforming(format!("Let each task open its own {what}: {own} inside it."));
        return;
    }
    if !in_group && !is_waited_for(call, function) && belongs_to_request(used.at, function) {
        outlives(call, &used, "the task", findings);
    }
}

fn offloaded(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = call.function() else { return };
    if call.is_awaited() {
        return;
    }
    let Some(at) = handed_session(call) else { return };
    let used = Use { name: at.source().to_owned(), at };
    let is_mapped = call.callee_name() == "map" && !at.data().is_store && is_inside_callable(at, call);
    let repeated = match is_mapped {
        true => Some((call, "runs the callable for each element, in several threads")),
        false => call
            .enclosing_loop()
            .filter(|repeated| comes_from_outside(&used, *repeated))
            .map(|repeated| (repeated, "repeated for each")),
    };
    if let Some((repeated, how)) = repeated {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("several threads are given the session `{}`, which is made for one", used.name),
            )
            .because(repeated, how)
            .because(at, "the same session each time")
            .conforming(
                "Give the thread an id, and let it open its own session: `with SessionFactory() as db:`.",
            );
    } else if !is_waited_for(call, function) && belongs_to_request(at, function) {
        outlives(call, &used, "the thread", findings);
    }
}

/// The session among what a call hands on, in a `partial` or a lambda as well.
fn handed_session(call: Node<'_>) -> Option<Node<'_>> {
    let arguments =
        || call.positional().chain(call.keywords().filter_map(|keyword| keyword.child(Role::Value)));
    let is_one = |node: &Node<'_>| matches!(node.kind(), Kind::Name | Kind::Attribute) && is_session(*node);
    arguments().find(is_one).or_else(|| {
        arguments()
            .filter(|argument| argument.is(Kind::Lambda) || argument.does(Tag::Wraps))
            .flat_map(Node::descendants)
            .find(|node| {
                is_one(node)
                    && !node.data().is_store
                    && node.as_parameter().is_none_or(|parameter| {
                        parameter.parent().is_none_or(|owner| !owner.is(Kind::Lambda))
                    })
            })
    })
}

/// Whether a part of a call stands in the callable that it runs.
fn is_inside_callable(part: Node<'_>, call: Node<'_>) -> bool {
    call.scheduled_callable().is_some_and(|callable| callable != part && callable.contains(part))
}

fn outlives(call: Node<'_>, used: &Use<'_>, what: &str, findings: &mut Findings<'_>) {
    // `keep_session_open(request, True)` before: whoever opened it leaves it to the work.
    let is_kept_open = call.function().into_iter().flat_map(Node::own_calls).any(|told| {
        told.id < call.id
            && ["keep", "open"].iter().all(|word| has_word(told.callee_name(), &[word]))
            && told.children().skip(1).any(|argument| argument.descendants().any(Node::is_true))
    });
    if is_kept_open {
        return;
    }
    let (object, own) = kind(used.at);
    findings
        .report(
            call,
            Severity::High,
            Certainty::Sure,
            format!(
                "`{}` hands the {object} `{}` to work that nobody waits for: it is closed while {what} uses it",
                call.called(),
                used.name
            ),
        )
        .because(used.at, format!("this {object} ends with the request or the block"))
        .because(call, format!("{what} goes on beside it"))
        .conforming(format!("Hand over ids, and open a {object} inside: {own}."));
}

fn after_response(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = call.function() else { return };
    let used = handed_session(call);
    let Some(used) = used.filter(|used| belongs_to_request(*used, function) && !call.is_switched_off())
    else {
        return;
    };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("the background task is given the request's session `{}`", used.source()),
        )
        .because(used, "the dependency that opened it closes it at the end of the request")
        .because(
            call,
            "this runs after the response: the session is closed by then, or its connection stays taken",
        )
        .conforming("Hand over ids, and open a session in the task: `async with SessionFactory() as db:`.");
}

/// A job of another process gets a copy of its arguments, and no session can be copied.
fn queued(call: Node<'_>, findings: &mut Findings<'_>) {
    let used = call
        .positional()
        .chain(call.keywords().filter_map(Node::value))
        .flat_map(|argument| {
            argument
                .children()
                .filter(move |_| matches!(argument.kind(), Kind::List | Kind::Tuple))
                .chain([argument])
        })
        .find(|argument| argument.is(Kind::Name) && is_session(*argument));
    if let Some(used) = used {
        findings
            .report(
                call,
                Severity::High,
                Certainty::Sure,
                format!("the session `{}` is handed to another process", used.source()),
            )
            .because(used, "a session is a connection of this process")
            .conforming("Hand over ids, and open a session in the job.");
    }
}

/// Whether a session came from outside this function, or from a block that ends in it.
fn belongs_to_request(session: Node<'_>, function: Node<'_>) -> bool {
    let name = match session.kind() {
        Kind::Attribute => return true,
        _ => session,
    };
    name.as_parameter().is_some()
        || name.function() != Some(function)
        || function
            .descendants_of(Kind::WithItem)
            .any(|item| item.child(Role::Target).is_some_and(|target| target.reads_like(name)))
}

fn is_awaited_at_once(call: Node<'_>) -> bool {
    call.surroundings()
        .take_while(|node| node.parent().is_none_or(|parent| !parent.is(Kind::Block)))
        .any(|node| node.is(Kind::Await))
        && call
            .enclosing_loop()
            .is_none_or(|repeated| !matches!(repeated.kind(), Kind::ListComp | Kind::Generator))
}

/// Whether the function waits for what this call started, or hands it to its own caller.
fn is_waited_for(call: Node<'_>, function: Node<'_>) -> bool {
    if call.surroundings().any(|node| matches!(node.kind(), Kind::Await | Kind::Return)) {
        return true;
    }
    // `future.result()`, or as an argument of what waits.
    if call.parent().is_some_and(|parent| parent.is(Kind::Attribute)) {
        return true;
    }
    let holder = call.surroundings().find_map(|node| match node.kind() {
        Kind::Assign | Kind::AnnAssign => node.targets().next(),
        Kind::Call if node.callee_name() == "append" => node.receiver(),
        _ => None,
    });
    let Some(holder) = holder.filter(|holder| holder.is(Kind::Name)) else { return false };
    function.descendants().any(|node| {
        let waits = match node.kind() {
            Kind::Await | Kind::Return | Kind::Yield | Kind::YieldFrom => true,
            Kind::Call => {
                node.does(Tag::Gathers)
                    || node.receiver().is_some_and(|receiver| {
                        receiver.reads_like(holder)
                            && matches!(node.callee_name(), "result" | "get" | "join" | "cancel")
                    })
            }
            _ => false,
        };
        waits && node.mentions(holder.name())
    })
}

// Sessions that nobody closes

fn unclosed(assignment: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = assignment.function() else { return };
    let Some(value) = assignment.child(Role::Value).and_then(opens) else { return };
    let Some(target) = assignment.targets().next().filter(|target| target.is(Kind::Name)) else { return };
    // Only what this function opens by itself: a helper may keep and close what it gives.
    if value.target().is_some() {
        return;
    }
    // `sessions = get_db()`, `next(sessions)`: the generator closes it, where it is closed itself.
    let generator = value.argument(0).filter(|_| matches!(value.callee_name(), "next" | "anext"));
    let is_ended = |generator: Node<'_>| {
        function.own_calls().any(|call| {
            matches!(call.callee_name(), "close" | "aclose")
                && call.receiver().is_some_and(|closed| closed.reads_like(generator))
        })
    };
    // `next` of an asynchronous one raises at once.
    let raises = |generator: Node<'_>| {
        value.callee_name() == "next"
            && generator.target().is_some_and(|place| generator.model.node(place).is_async())
    };
    if generator.is_some_and(|generator| is_ended(generator) || raises(generator)) {
        return;
    }
    let mut closed = None;
    for node in function.descendants_of(Kind::Name) {
        if node.symbol() != target.symbol() || node == target {
            continue;
        }
        let Some(parent) = node.parent() else { continue };
        match parent.kind() {
            Kind::Attribute => {
                if parent.parent().is_some_and(|call| call.is(Kind::Call) && call.does(Tag::Closes)) {
                    closed = Some(node);
                }
            }
            // Given away, entered, or kept elsewhere: whoever has it may close it.
            _ => return,
        }
    }
    if let Some(closed) = closed {
        if closed.surroundings().any(|node| node.role() == Role::Final) {
            findings.conforms(closed, "the session is closed whatever happens");
        }
        return;
    }
    findings
        .report(
            assignment,
            Severity::Low,
            Certainty::Sure,
            format!("the session `{}` is opened and never closed", target.name()),
        )
        .because(value, "the session takes a connection out of the pool")
        .conforming(format!("Open it with a block: `with {} as {}:`.", value.source(), target.name()));
}
