//! Uploads that are taken whole, into memory or onto the disk, however large they are.
//!
//! Quiet where the size is looked at first, or a middleware or proxy limits bodies.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{
    EntryPoints, Model, Node, ProxyDirective, UNREACHED_BYTES, has_word, is_no_limit_of_size,
};
use crate::stack::{ClassTag, System};
use crate::syntax::{Kind, Role};

const WHOLE: &str = "an upload that is taken into memory, however large it is";

const PIECES: &str = "an upload of which each piece is kept";

/// An upload that is read in one piece, as large as the client likes.
pub fn upload(call: Node<'_>, findings: &mut Findings<'_>) {
    let Some(receiver) = call.receiver() else { return };
    let file = if receiver.is(Kind::Attribute) && receiver.name() == "file" {
        receiver.receiver().unwrap_or(receiver)
    } else {
        receiver
    };
    if !file.is_a(ClassTag::Upload) {
        return;
    }
    // `read(-1)` reads all of it as well.
    let is_whole = call.argument_or_keyword(0, "size").is_none_or(|size| size.is_no_limit(UNREACHED_BYTES));
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
    let is_used = !call.is_unused();
    if !findings.asks(call, WHOLE, "something runs it", is_used, &|| match is_used {
        true => "nothing shows that it is left over".to_owned(),
        false => "nothing among the given files calls its function".to_owned(),
    }) {
        return;
    }
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
        body.descendants().find(|inner| match inner.kind() {
            Kind::Call => {
                matches!(inner.callee_name(), "write" | "append" | "extend") && inner.receiver().is_some()
            }
            // `content += piece`
            Kind::AugAssign => inner.value().is_some_and(|piece| piece.is(Kind::Name)),
            _ => false,
        })
    });
    let Some(keeps) = keeps else { return };
    let is_endless = !counts
        && !function.serves_administrators(Some(call))
        && !is_size_checked(function, file, call)
        && !limits_bodies(call.model);
    if !findings.asks(
        call,
        PIECES,
        "nothing ends it when they are too many",
        is_endless,
        &|| match is_endless {
            true => "neither the loop nor anything before it looks at how much has come".to_owned(),
            false => "something looks at how much has come, or it is for administrators".to_owned(),
        },
    ) {
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
pub fn spilled(call: Node<'_>, findings: &mut Findings<'_>) {
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

/// What is at an address that a client has sent, taken into memory however large it is: `await http.get(body.image_url)`.
pub fn fetched(call: Node<'_>, findings: &mut Findings<'_>) {
    let index = match call.callee_name() {
        "get" | "urlopen" => 0,
        "request" => 1,
        _ => return,
    };
    let asks = call.api().is_some_and(|api| api.callable.crosses == Some(System::Http));
    let is_streamed = call.keyword("stream").is_some_and(|stream| !stream.resolved_value().is(Kind::False));
    let (Some(url), Some(function)) = (call.argument_or_keyword(index, "url"), call.function()) else {
        return;
    };
    // How many addresses there are matters more where there are many: that is told of the list.
    // Administrators choose addresses that they trust.
    let by_anybody = || function.entry_points().includes(EntryPoints::REQUEST);
    let is_of_many = || call.enclosing_loop().is_some() || function.repeated_by_callers().is_some();
    if !asks || is_streamed || !url.is_address_sent() || is_of_many() || !by_anybody() {
        return;
    }
    let taken = function.descendants().find(|part| {
        part.id > call.id
            && matches!(part.kind(), Kind::Attribute)
            && matches!(part.name(), "content" | "text" | "json" | "read" | "aread")
    });
    // A piece at a time, or with a look at how much there is.
    let looks = function.descendants().any(|part| match part.kind() {
        Kind::Call => {
            let name = part.callee_name();
            name.contains("iter_") || (name == "read" && part.argument(0).is_some())
        }
        Kind::Str => part.name().eq_ignore_ascii_case("content-length"),
        Kind::Name | Kind::Attribute => {
            let has = |list: &[&str]| has_word(part.name(), list);
            has(&["max", "maximum", "limit"]) && has(&["size", "bytes", "length", "content", "mb"])
        }
        _ => false,
    });
    let Some(taken) = taken.filter(|_| !looks) else { return };
    findings
        .report(
            call,
            Severity::Medium,
            Certainty::Likely,
            format!("`{}` takes all that a client's address gives into memory, however large it is", call.called()),
        )
        .because(url, "the client has sent where to look")
        .because(taken, "all of it is in memory here, and nothing looks at its size before")
        .conforming("Stream it and count: `async with http.stream(\"GET\", url) as answer:`, and stop where the sum of `aiter_bytes()` is over the limit.");
}

/// Whether the code looks at the upload's counted size first, here or in a dependency that is named for it.
fn is_size_checked<'m>(function: Node<'m>, file: Node<'m>, before: Node<'m>) -> bool {
    is_size_checked_within(function, file, before, 0)
}

fn is_size_checked_within<'m>(function: Node<'m>, file: Node<'m>, before: Node<'m>, depth: u32) -> bool {
    let compares = function.descendants_of(Kind::Compare).any(|test| {
        test.id < before.id
            && !test.children().any(|side| side.is_no_limit(UNREACHED_BYTES))
            && test.descendants().map(Node::resolved_value).any(|size| {
                size.is(Kind::Attribute)
                    && size.name() == "size"
                    && size.receiver().is_some_and(|receiver| receiver.reads_like(file))
            })
    });
    let says = |name: &str| {
        let has = |list: &[&str]| has_word(name, list);
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
    // Whoever hands the upload on has looked.
    let by_callers = || {
        depth < 3
            && function.route().is_none()
            && function.is_only_called(|call| {
                call.function().is_some_and(|caller| is_size_checked_within(caller, file, call, depth + 1))
            })
    };
    compares || by_dependency || by_helper || by_callers()
}

/// Whether a middleware or a proxy among the given files limits bodies.
fn limits_bodies(model: &Model<'_>) -> bool {
    let by_middleware = model
        .calls_named("add_middleware")
        .filter_map(|call| call.argument(0))
        .any(|class| has_word(class.name(), &["size", "body", "upload", "content"]));
    by_middleware || model.proxy_directives().iter().any(limits_size)
}

/// `max_size 25MB` of Caddy's `request_body`.
pub fn limits_size(directive: &ProxyDirective<'_>) -> bool {
    matches!(directive.words[..], ["max_size", most, ..] if !is_no_limit_of_size(most))
}

/// `content: Annotated[bytes, File()]`: all of it is in memory before the function begins.
pub fn whole_body(parameter: Node<'_>, findings: &mut Findings<'_>) {
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
