//! I2: one caller may take what all share: requests without a limit, bodies and answers without an end.

use super::Findings;
use crate::report::{Certainty, Severity};
use crate::semantic::{Model, Node, ProxyDirective, words_of};
use crate::stack::{ClassTag, System, Tag};
use crate::syntax::{Kind, Role};

/// More steps than these are no answer to one request.
const MOST_STEPS: f64 = 100.0;

/// What is told condition by condition.
const OPEN: &str = "a public route that one caller may use without a limit";
const FORGOTTEN: &str = "a route for anybody beside a limited one";
const WHOLE: &str = "an upload that is taken into memory, however large it is";

pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    routes(model, findings);
    for handler in model.handlers().filter(|handler| is_checked(*handler)) {
        fails_open(handler, findings);
    }
    counted_in_process(model, findings);
    for function in model.functions().filter(|function| is_checked(*function) && function.route().is_some()) {
        for parameter in function.parameters() {
            whole_body(parameter, findings);
            page(parameter, function, findings);
            page_in_body(parameter, function, findings);
        }
        whole_table(function, findings);
    }
    for (call, api) in model.known_calls().filter(|(call, _)| is_checked(*call)) {
        if api.callable.blocks == Some(System::File) {
            spilled(call, findings);
        }
    }
    for call in model.calls_named("read").filter(|call| is_checked(*call)) {
        upload(call, findings);
    }
    models(model, findings);
    for dictionary in model.dictionaries().filter(|dictionary| is_checked(*dictionary)) {
        steps(dictionary, findings);
    }
    proxy(model, findings);
}

fn is_checked(node: Node<'_>) -> bool {
    !node.is_outside_production() && !node.source_file().is_script
}

// Requests

/// Public routes: some limited and some not, or none limited at all.
fn routes<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let for_all = model.application_limiter();
    // Routes with what limits them.
    let mut limited: Vec<(Node<'m>, Node<'m>)> = Vec::new();
    let mut open: Vec<Node<'m>> = Vec::new();
    let mut posts: Vec<(Node<'m>, Node<'m>)> = Vec::new();
    for handler in model.functions().filter(|function| is_checked(*function)) {
        let Some(route) = handler.route() else { continue };
        let limiter = for_all.or_else(|| handler.request_limiter());
        findings.asks(route, OPEN, "nothing limits its calls", limiter.is_none(), &|| match limiter {
            Some(limiter) => format!("`{}` does ({})", limiter.excerpt(), limiter.whereabouts_from(route)),
            None => "neither the route, its router, the application nor a middleware does".to_owned(),
        });
        if let Some(limiter) = limiter {
            findings.conforms(route, "calls of this route are limited");
            // What limits all of them says nothing of this one.
            if for_all.is_none() {
                limited.push((route, limiter));
            }
            continue;
        }
        if route.callee_name() == "post" {
            posts.push((route, handler));
        }
        let path = handler.full_route_path();
        let is_public = model.settings.public_prefixes.iter().any(|prefix| path.starts_with(prefix.as_str()));
        let is_open = is_public && !is_probe(&path);
        if findings.asks(
            route,
            OPEN,
            "clients outside the organisation call it",
            is_open,
            &|| match is_open {
                true => format!("`{path}` begins with one of the settings' public prefixes"),
                false if is_public => format!("`{path}` is a probe"),
                false => format!("`{path}` begins with none of the settings' public prefixes"),
            },
        ) {
            open.push(route);
        }
    }
    for (route, handler) in posts {
        let is_beside = limited.iter().any(|(other, _)| other.file == route.file);
        if !is_beside || open.contains(&route) || !is_for_anybody(handler) || !does_work(handler) {
            continue;
        }
        // Whoever limits one route of a file and not its neighbour has forgotten that, where nobody has to log in.
        let neighbour = limited.iter().find(|(other, _)| {
            let handler = other.parent().and_then(Node::parent);
            // A login looks at what it is sent, and is for anybody all the same.
            other.file == route.file && handler.is_some_and(|handler| !handler.may_ask_who_calls())
        });
        let what = "a route of the same file that asks nobody either is limited";
        findings.asks(route, FORGOTTEN, what, neighbour.is_some(), &|| match neighbour {
            Some((neighbour, limiter)) => {
                format!("`{}` is ({})", limiter.excerpt(), neighbour.whereabouts_from(route))
            }
            None => "none of them is".to_owned(),
        });
        let Some((neighbour, _)) = neighbour else { continue };
        findings
            .report(
                route,
                Severity::Medium,
                Certainty::Likely,
                "anybody may call this route as often as they like, although its neighbour is limited",
            )
            .because(*neighbour, "is limited, and asks nobody who calls either")
            .because(route, "no dependency of the route asks who calls, and nothing limits it")
            .conforming("Give it the same limiter, by address as long as nobody has logged in.");
    }
    if for_all.is_some() {
        return;
    }
    if let Some(&(_, limiter)) = limited.first() {
        for route in open {
            findings
                .report(
                    route,
                    Severity::High,
                    Certainty::Likely,
                    "this public route has no limit, although others have: one caller may take all there is",
                )
                .because(limiter, "limits another route")
                .because(route, "neither the route, its router, the application nor a middleware limits this one")
                .conforming("Give the whole router the limiter: `APIRouter(…, dependencies=[Depends(enforce_rate_limit)])`.");
        }
        return;
    }
    let mut files = Vec::new();
    for route in open {
        let is_first = !files.contains(&route.file);
        if !findings.asks(route, OPEN, "it is the first of its file", is_first, &|| match is_first {
            true => "it stands for all of them".to_owned(),
            false => "another one of this file is asked about, and stands for all".to_owned(),
        }) {
            continue;
        }
        files.push(route.file);
        findings
            .report(
                route,
                Severity::Medium,
                Certainty::Question,
                "what limits how often one caller may use these public routes?",
            )
            .because(route, "nothing in the given files does; a gateway may")
            .conforming("Give the router a limiter with the tenant's own limit: `APIRouter(…, dependencies=[Depends(enforce_rate_limit)])`.");
    }
}

/// Whether nothing is seen to ask who calls a handler: no dependency, no middleware, nothing that it calls itself.
fn is_for_anybody(handler: Node<'_>) -> bool {
    let asks = |name: &str| {
        words_of(name).iter().any(|word| {
            matches!(
                word.as_str(),
                "auth"
                    | "authenticate"
                    | "authorize"
                    | "verify"
                    | "require"
                    | "permission"
                    | "permissions"
                    | "signature"
            )
        })
    };
    let by_middleware = || {
        let classes = handler.model.calls_named("add_middleware").filter_map(|call| call.argument(0));
        classes.into_iter().any(|class| words_of(class.name()).iter().any(|word| word.starts_with("auth")))
    };
    let in_headers = || {
        handler
            .parameters()
            .flat_map(Node::calls_within)
            .any(|call| matches!(call.callee_name(), "Header" | "Cookie" | "Security"))
    };
    !handler.may_ask_who_calls()
        && !in_headers()
        && !handler.own_calls().any(|call| asks(call.callee_name()))
        && !handler.decorators().any(|decorator| asks(decorator.name()) || asks(decorator.callee_name()))
        && !by_middleware()
}

/// Whether a handler does more than to answer out of the request: it calls what leaves the process, or given code.
fn does_work(handler: Node<'_>) -> bool {
    let ends = words_of(handler.name())
        .iter()
        .any(|word| matches!(word.as_str(), "logout" | "webhook" | "webhooks" | "callback" | "hook"));
    !ends && handler.own_calls().any(|call| call.target().is_some() || call.crosses_outside().is_some())
}

fn is_probe(path: &str) -> bool {
    words_of(path).iter().any(|word| {
        matches!(word.as_str(), "health" | "healthz" | "ready" | "live" | "livez" | "readyz" | "ping")
    })
}

/// A limiter that lets everybody in when its store cannot be read.
fn fails_open(handler: Node<'_>, findings: &mut Findings<'_>) {
    let Some(function) = handler.function().filter(|function| function.raises_too_many().is_some()) else {
        return;
    };
    let broad = handler.catches_everything()
        || handler.caught_classes().iter().any(|class| {
            words_of(class.name())
                .iter()
                .any(|word| word == "redis" || word == "connection" || word == "timeout")
        });
    let Some(attempt) = handler.parent().filter(|_| broad) else { return };
    let asks = attempt.child(Role::Body).is_some_and(|body| {
        body.calls_within()
            .any(|call| call.api().is_some_and(|api| api.callable.crosses.is_some()) || call.is_awaited())
    });
    let refuses = handler.descendants().any(|node| {
        node.is(Kind::Raise)
            || (node.is(Kind::Return)
                && node
                    .child(Role::Value)
                    .is_some_and(|value| !value.is(Kind::None) && !value.is(Kind::True)))
    });
    // What is counted elsewhere instead is still a limit.
    let counts_elsewhere =
        handler.calls_within().any(|call| call.target().is_some() && call.is_limiter_by_name());
    if !asks || refuses || counts_elsewhere {
        return;
    }
    findings
        .report(
            handler,
            Severity::Medium,
            Certainty::Sure,
            format!("`{}` lets everybody in when the limit cannot be read", function.name()),
        )
        .because(attempt, "the limit is asked for here")
        .because(handler, "nobody is refused when that fails, which is when the load is highest")
        .conforming("Refuse for a moment: `raise HTTPException(503, \"try again soon\", headers={\"Retry-After\": \"5\"}) from error`; or count in this process until the store is back.");
}

/// Counts of requests that each process keeps for itself.
fn counted_in_process<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let processes = model.processes().filter(|processes| processes.count > 1);
    let severity = if processes.is_some() { Severity::High } else { Severity::Medium };
    let mut tell = |at: Node<'m>, message: String, change: Option<Node<'m>>, pattern: &str| {
        let mut draft = findings.report(at, severity, Certainty::Likely, message);
        draft = draft.because(at, "lives in one process, and is empty after each restart");
        if let Some(change) = change {
            draft = draft.because(change, "counts a request here");
        }
        if let Some(processes) = &processes {
            for (place, note) in &processes.because {
                draft = draft.because(*place, note);
            }
        }
        draft.conforming(pattern);
    };
    for state in model.shared_state() {
        if let Some(change) = state.limiter_change() {
            tell(
                state.definition,
                format!(
                    "`{}` counts requests in each process by itself: the real limit is as many times higher",
                    state.name()
                ),
                Some(change),
                "Count where all replicas count: `INCR` and `EXPIRE` in Redis, or one row and one conditional UPDATE.",
            );
        }
    }
    for (call, api) in model.known_calls().filter(|(call, _)| is_checked(*call)) {
        let counts = api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::CountsInMemory));
        let stored = ["storage_uri", "storage_options"].iter().any(|name| call.keyword(name).is_some());
        if counts && !stored && !call.has_hidden_arguments() {
            tell(
                call,
                format!(
                    "`{}` counts in the memory of each process: the real limit is as many times higher",
                    call.called()
                ),
                None,
                "Give it a store that all replicas share: `storage_uri=\"redis://…\"`.",
            );
        }
    }
}

// Bodies

/// An upload that is read in one piece, as large as the client likes.
fn upload(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(receiver) = call.receiver() else { return };
    let file = if receiver.is(Kind::Attribute) && receiver.name() == "file" {
        receiver.receiver().unwrap_or(receiver)
    } else {
        receiver
    };
    if !file.is_a(ClassTag::Upload) {
        return;
    }
    let is_whole = call.positional().next().is_none() && call.keyword("size").is_none();
    if !findings.asks(call, WHOLE, "it reads all of an upload at once", is_whole, &|| match is_whole {
        true => format!("`{}` is given no size", call.called()),
        false => format!("`{}` is given a size", call.called()),
    }) {
        if let Some(function) = call.function() {
            uncounted(call, file, function, findings);
        }
        return;
    }
    let Some(function) = call.function() else { return };
    let is_limited = is_size_checked(function, file, call) || limits_bodies(call.model);
    findings.asks(call, WHOLE, "nothing checks the size before", !is_limited, &|| match is_limited {
        true => "the function, a dependency, a middleware or a proxy does".to_owned(),
        false => "neither the function, a dependency, a middleware nor a proxy is seen to do so".to_owned(),
    });
    if is_limited {
        findings.conforms(call, "the size is checked before the body is read");
        return;
    }
    let header = function.descendants().find(|node| {
        node.id < call.id && node.is(Kind::Str) && node.name().eq_ignore_ascii_case("content-length")
    });
    let severity = if header.is_some() { Severity::Low } else { Severity::Medium };
    let mut draft = findings.report(
        call,
        severity,
        Certainty::Sure,
        format!("`{}` takes the whole upload into memory, however large it is", call.called()),
    );
    draft = draft.because(call, "without a size all of it is read at once");
    if let Some(header) = header {
        draft = draft.because(header, "a client that sends in chunks sends no such header");
    }
    draft.conforming("Read up to the limit and one byte more, `await file.read(limit + 1)`, and answer 413 when it is longer; or read piece by piece.");
}

/// `while chunk := await file.read(65536):`, where nothing in the loop counts what has come.
fn uncounted(call: Node<'_>, file: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let test = call.ancestors().find(|around| around.role() == Role::Test);
    let Some(around) = test.and_then(Node::parent).filter(|around| around.is(Kind::While)) else { return };
    let counts = around.body().is_some_and(|body| body.descendants_of(Kind::Compare).next().is_some());
    let keeps = around.body().and_then(|body| {
        body.calls_within().find(|inner| {
            matches!(inner.callee_name(), "write" | "append" | "extend") && inner.receiver().is_some()
        })
    });
    let Some(keeps) = keeps.filter(|_| !counts) else { return };
    let is_asked_for = function.serves_administrators(Some(call));
    if is_asked_for || is_size_checked(function, file, call) || limits_bodies(call.model) {
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` takes pieces for as long as the client sends some", call.called()),
        )
        .because(keeps, "each piece is kept, and nothing ends it when they are too many")
        .conforming("Count what has come, and answer 413 when the sum is over the limit.");
}

/// An upload that is written to the disk as it comes: `shutil.copyfileobj(file.file, target)`.
fn spilled(call: Node<'_>, findings: &mut Findings<'_>) {
    let upload = call.positional().find_map(|from| {
        let of_upload = from.is(Kind::Attribute) && from.name() == "file";
        from.receiver().filter(|file| of_upload && file.is_a(ClassTag::Upload))
    });
    let (Some(file), Some(function)) = (upload, call.function()) else { return };
    if call.callee_name() == "read" || is_size_checked(function, file, call) || limits_bodies(call.model) {
        return;
    }
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Sure,
            format!("`{}` writes the whole upload to the disk, however large it is", call.called()),
        )
        .because(call, "it ends where the client stops sending, and nothing counts what has come")
        .conforming("Copy piece by piece and count: `while chunk := await file.read(65536):`, and answer 413 when the sum is over the limit.");
}

/// Whether the code looks at the upload's counted size first, here or in a dependency that is named for it.
fn is_size_checked(function: Node<'_>, file: Node<'_>, before: Node<'_>) -> bool {
    let compares = function.descendants_of(Kind::Compare).any(|test| {
        test.id < before.id
            && test.descendants_of(Kind::Attribute).any(|size| {
                size.name() == "size" && size.receiver().is_some_and(|receiver| receiver.reads_like(file))
            })
    });
    let says = |name: &str| {
        let words = words_of(name);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        has(&["size", "length"]) || (has(&["limit", "max"]) && has(&["upload", "body", "file"]))
    };
    let by_dependency = function
        .parameters()
        .filter_map(Node::injected_by)
        .chain(
            function
                .route()
                .into_iter()
                .chain(function.routers())
                .filter_map(|call| call.keyword("dependencies"))
                .flat_map(|list| list.descendants_of(Kind::Call)),
        )
        .filter_map(|call| function.model.dependency_of(call))
        .any(|dependency| says(dependency.name()));
    let by_helper = function.own_calls().any(|call| call.id < before.id && says(call.callee_name()));
    compares || by_dependency || by_helper
}

/// Whether a middleware or a proxy among the given files limits bodies.
fn limits_bodies(model: &Model<'_>) -> bool {
    let by_middleware =
        model.calls_named("add_middleware").filter_map(|call| call.argument(0)).any(|class| {
            words_of(class.name())
                .iter()
                .any(|word| matches!(word.as_str(), "size" | "body" | "upload" | "content"))
        });
    by_middleware || model.proxy_directives().iter().any(limits_size)
}

/// `max_size 25MB` of Caddy's `request_body`.
fn limits_size(directive: &ProxyDirective<'_>) -> bool {
    directive.words.first() == Some(&"max_size")
}

/// `content: Annotated[bytes, File()]`: all of it is in memory before the function begins.
fn whole_body(parameter: Node<'_>, findings: &mut Findings<'_>) {
    let is_bytes = parameter
        .child(Role::Annotation)
        .is_some_and(|annotation| annotation.descendants_of(Kind::Name).any(|name| name.name() == "bytes"));
    let file = [Role::Annotation, Role::Default]
        .into_iter()
        .filter_map(|role| parameter.child(role))
        .flat_map(|part| part.descendants_of(Kind::Call))
        .find(|call| call.callee_name() == "File" && call.keyword("max_length").is_none());
    let Some(file) = file.filter(|_| is_bytes && !limits_bodies(parameter.model)) else { return };
    findings
        .report(
            parameter,
            Severity::Medium,
            Certainty::Sure,
            format!(
                "`{}` holds the whole upload before the function begins, however large it is",
                parameter.name()
            ),
        )
        .because(file, "as `bytes` the file is read into memory at once")
        .conforming(
            "Take an `UploadFile`, read up to the limit and one byte more, and answer 413 when it is longer.",
        );
}

// Pages

/// Names of how many things are asked for.
const PAGES: [&str; 14] = [
    "limit",
    "page_size",
    "per_page",
    "size",
    "top_k",
    "k",
    "max_results",
    "max_items",
    "num_results",
    "n_results",
    "count",
    "max_rows",
    "pagesize",
    "rows",
];

/// `limit: int = 50`, handed to the query as it is.
fn page(parameter: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let is_number = parameter
        .child(Role::Annotation)
        .is_some_and(|annotation| annotation.descendants_of(Kind::Name).any(|name| name.name() == "int"));
    let bounded = parameter
        .descendants_of(Kind::Call)
        .chain(parameter.child(Role::Annotation).map(Node::resolved_value))
        .any(bounds_above);
    if !is_number || bounded || parameter.is_compared_in(function) {
        return;
    }
    let is_it = |value: Node<'_>| value.as_parameter() == Some(parameter);
    let name = parameter.name();
    let used = function.own_calls().find_map(|call| {
        let asked = || asks_for_as_many(call, name, &is_it);
        if PAGES.contains(&name) { asked() } else { None }.or_else(|| turns_as_often(call, &is_it))
    });
    // `ranked[:limit]`: what was loaded is answered with, up to all of it.
    let cut = || {
        let mut slices = function.descendants_of(Kind::Slice).filter(|_| PAGES.contains(&name));
        let slice = slices.find(|slice| slice.child(Role::Right).is_some_and(is_it))?;
        Some((slice.parent()?, Certainty::Likely))
    };
    let used = used.or_else(cut);
    if let Some((used, certainty)) = used {
        report_page(parameter, name, used, certainty, findings);
    }
}

/// The same for a field of the body: `body.top_k`.
fn page_in_body(parameter: Node<'_>, function: Node<'_>, findings: &mut Findings<'_>) {
    let Some(annotation) = parameter.child(Role::Annotation) else { return };
    let model = parameter.model;
    for class in annotation.named_models() {
        for field in model.fields(class).into_iter().filter(|field| PAGES.contains(&field.name)) {
            let is_number = field.annotation.descendants_of(Kind::Name).any(|name| name.name() == "int");
            let bounded = field.at.descendants_of(Kind::Call).any(bounds_above)
                || field.annotation.descendants_of(Kind::Call).next().is_some();
            // A validator of the class may bound it.
            let validated = model
                .node(class)
                .descendants_of(Kind::Compare)
                .any(|test| test.descendants_of(Kind::Name).next().is_some());
            if !is_number || bounded || validated {
                continue;
            }
            let is_it = |value: Node<'_>| {
                value.is(Kind::Attribute)
                    && value.name() == field.name
                    && value.receiver().and_then(Node::as_parameter) == Some(parameter)
            };
            let compared = function
                .descendants_of(Kind::Compare)
                .chain(function.own_calls().filter(|call| matches!(call.callee_name(), "min" | "clamp")))
                .any(|test| test.descendants_of(Kind::Attribute).any(is_it));
            let used = function.own_calls().find_map(|call| asks_for_as_many(call, field.name, &is_it));
            if let Some((used, certainty)) = used.filter(|_| !compared) {
                report_page(field.at, field.name, used, certainty, findings);
            }
        }
    }
}

fn bounds_above(call: Node<'_>) -> bool {
    ["le", "lt"].iter().any(|bound| call.keyword(bound).is_some())
}

fn report_page<'m>(
    at: Node<'m>,
    name: &str,
    used: Node<'m>,
    certainty: Certainty,
    findings: &mut Findings<'_>,
) {
    let bound = if at.is(Kind::AnnAssign) { "Field(le=200)" } else { "Query(le=200)" };
    findings
        .report(at, Severity::Low, certainty, format!("`{name}` may be as large as the client likes"))
        .because(used, "what is done here takes it as it comes")
        .conforming(format!("Give it an upper end: `{name}: Annotated[int, {bound}] = 50`."));
}

/// Whether a call makes as many turns as a value says: `range(days)`.
fn turns_as_often<'m>(call: Node<'m>, is_it: &dyn Fn(Node<'m>) -> bool) -> Option<(Node<'m>, Certainty)> {
    let turns = call.counts_turns() && call.positional().any(|end| end.descendants().any(is_it));
    turns.then_some((call, Certainty::Sure))
}

/// Whether a call looks for as many things as a value says: a query, a search, or a function that is told so by
/// the same word and does not look at the number itself.
fn asks_for_as_many<'m>(
    call: Node<'m>,
    name: &str,
    is_it: &dyn Fn(Node<'m>) -> bool,
) -> Option<(Node<'m>, Certainty)> {
    if call.does(Tag::BuildsStatement) {
        let takes = call.callee_name() == "limit" && call.argument(0).is_some_and(is_it);
        return takes.then_some((call, Certainty::Sure));
    }
    let by_word = |name: &str| {
        words_of(name)
            .iter()
            .any(|word| matches!(word.as_str(), "limit" | "size" | "k" | "results" | "count" | "n"))
    };
    if call.does(Tag::Retrieves) {
        let takes = call
            .keywords()
            .any(|keyword| by_word(keyword.name()) && keyword.child(Role::Value).is_some_and(is_it));
        return takes.then_some((call, Certainty::Sure));
    }
    let Some(place) = call.target() else {
        let takes = call.is_unknown_function() || call.receiver().is_some();
        let told = takes
            && call.is_awaited()
            && call.keywords().any(|keyword| {
                (keyword.name() == name || (call.is_unknown_function() && by_word(keyword.name())))
                    && keyword.child(Role::Value).is_some_and(is_it)
            });
        return told.then_some((call, Certainty::Likely));
    };
    let function = call.model.node(place);
    let inner = function
        .parameters()
        .find(|inner| call.argument_for(function, *inner).is_some_and(is_it))
        .filter(|inner| !inner.is_compared_in(function))?;
    let query = function.own_calls().find(|query| {
        query.does(Tag::BuildsStatement)
            && query.callee_name() == "limit"
            && query.argument(0).and_then(Node::as_parameter) == Some(inner)
    })?;
    Some((query, Certainty::Likely))
}

/// A route that answers with every row that a query finds.
fn whole_table(function: Node<'_>, findings: &mut Findings<'_>) {
    let is_export =
        words_of(function.name()).iter().any(|word| matches!(word.as_str(), "export" | "download" | "dump"));
    if function.route().is_none_or(|route| route.callee_name() != "get") || is_export {
        return;
    }
    let told = |read: Node<'_>| read.fetches_without_end();
    let own = function.own_calls().find(|call| told(*call) && function.answers_with(*call));
    // Or a function that is asked for it.
    let found = own.or_else(|| {
        function.own_calls().find_map(|call| {
            let inner = call.model.node(call.target()?);
            let read = inner.own_calls().find(|read| told(*read) && inner.answers_with(*read))?;
            // Asked last: few functions read all rows, and what an answer is made of is long to follow.
            function.answers_with(call).then_some(read)
        })
    });
    let Some(read) = found.filter(|read| !findings.has_reported(*read)) else { return };
    let narrows = |part: Node<'_>| matches!(part.callee_name(), "where" | "filter" | "filter_by");
    let which = if read.value_source(&narrows).is_some() { "matches" } else { "there is" };
    // `rows[offset : offset + limit]`
    let is_cut = function
        .own_returns()
        .filter_map(Node::value)
        .any(|value| value.value_source(&|part| part.is(Kind::Slice)).is_some());
    let does = if is_cut { "loads, to answer with some of them," } else { "answers with" };
    findings
        .report(
            read,
            Severity::Low,
            Certainty::Likely,
            format!("`{}` {does} every row that {which}", function.name()),
        )
        .because(read, "the query has no limit: the answer grows with the table")
        .because(function, "the client gets all of it in one piece")
        .conforming("Answer page by page: `limit: Annotated[int, Query(le=200)] = 50`, and `.limit(limit).offset(offset)` on the query.");
}

// Models

/// A model whose answers to requests may be of any length.
fn models<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let bounds = [
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "max_new_tokens",
        "num_predict",
        "max_tokens_to_sample",
    ];
    let made = model.known_calls().filter(|(call, api)| {
        is_checked(*call)
            && api.is_constructor
            && api.class.is_some_and(|class| class.has(ClassTag::ChatModel))
    });
    for (call, _) in made {
        if let Some(bound) = bounds.iter().find_map(|name| call.keyword(name)) {
            findings.conforms(bound, "an answer has a longest length");
            continue;
        }
        if call.has_hidden_arguments() || call.keyword("model_kwargs").is_some() {
            continue;
        }
        let asked = model.calls_doing(Tag::InvokesModel).find(|asked| {
            asked.receiver().and_then(Node::constructed_by) == Some(call)
                && asked.function().is_some_and(|function| function.route().is_some())
                && !bounds.iter().any(|name| asked.keyword(name).is_some())
        });
        let Some(asked) = asked else { continue };
        findings
            .report(
                call,
                Severity::Low,
                Certainty::Sure,
                format!("`{}` answers requests at any length", call.called()),
            )
            .because(asked, "a request decides what is asked for")
            .because(call, "no maximum of tokens is given")
            .conforming("Say how long an answer may be: `max_tokens=800`.");
    }
}

/// `{"recursion_limit": 500}`
fn steps(dictionary: Node<'_>, findings: &mut Findings<'_>) {
    let Some(value) = dictionary.dictionary_value("recursion_limit") else { return };
    let Some(steps) = value.number() else { return };
    if steps < MOST_STEPS {
        findings.conforms(value, "an agent has few steps for one request");
        return;
    }
    if !dictionary.function().is_some_and(Node::serves_requests) {
        return;
    }
    findings
        .report(
            value,
            Severity::Low,
            Certainty::Sure,
            format!("one request may take {steps} steps of an agent"),
        )
        .because(value, "each step asks the model, and may call tools")
        .conforming("Allow what an answer needs: `\"recursion_limit\": 25` is the default.");
}

// The proxy

fn proxy(model: &Model<'_>, findings: &mut Findings<'_>) {
    for ingress in model.ingresses() {
        for (_, _, at) in
            ingress.annotations.iter().filter(|(name, value, _)| name.ends_with("body-size") && value == "0")
        {
            findings
                .report(
                    model.stretch(*at),
                    Severity::Low,
                    Certainty::Sure,
                    "the ingress lets bodies of any size through",
                )
                .because(model.stretch(*at), "`0` switches its limit off")
                .conforming(
                    "Say what the largest upload needs: `nginx.ingress.kubernetes.io/proxy-body-size: 25m`.",
                );
        }
    }
    let directives = model.proxy_directives();
    let limit = directives.iter().find(|directive| limits_size(directive));
    if let Some(limit) = limit {
        findings.conforms(model.stretch(limit.at), "the proxy refuses bodies that are too large");
        return;
    }
    let forwards = directives.iter().find(|directive| directive.words.first() == Some(&"reverse_proxy"));
    let Some(forwards) = forwards else { return };
    let site = directives
        .iter()
        .filter(|directive| directive.parent.is_none() && directive.at.file == forwards.at.file)
        .rfind(|site| site.at.start <= forwards.at.start);
    let at = model.stretch(site.map_or(forwards.at, |site| site.at));
    findings
        .report(at, Severity::Low, Certainty::Sure, "the proxy lets bodies of any size through")
        .because(model.stretch(forwards.at), "sends on whatever comes")
        .conforming(
            "Refuse what is too large before it reaches the application: `request_body { max_size 25MB }`.",
        );
}
