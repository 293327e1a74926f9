//! Whether runs of models are traced, and what the files that are no code say of it.

use crate::report::FileKind;
use crate::semantic::{Model, Node, Span, is_tracing_variable};
use crate::stack::{ClassTag, Tag};
use crate::syntax::Kind;

/// Names that stand in code which traces, or has something else trace: packages, variables, settings.
const SIGNS: [&str; 14] = [
    "langsmith",
    "LANGSMITH",
    "LANGCHAIN_TRACING",
    "langchain_tracing",
    "LangChainTracer",
    "langfuse",
    "LANGFUSE",
    "opentelemetry",
    "OTEL_",
    "openinference",
    "traceloop",
    "logfire",
    "ddtrace",
    "mlflow",
];

impl<'s> Model<'s> {
    /// The calls that trace, or that make what does.
    pub fn tracing_calls(&self) -> impl Iterator<Item = Node<'_>> {
        self.known_calls().map(|(call, _)| call).filter(|call| {
            let is_off = || call.keyword("enabled").is_some_and(Node::is_false);
            call.api().is_some_and(|api| {
                api.has(Tag::Traces) && !is_off()
                    || (api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Tracer)))
            })
        })
    }

    /// The calls that switch tracing off for what runs inside of them: `tracing_context(enabled=False)`.
    pub fn calls_that_end_tracing(&self) -> impl Iterator<Item = Node<'_>> {
        self.calls_doing(Tag::Traces).filter(|call| {
            call.keyword("enabled").is_some_and(Node::is_false)
                && call.parent().is_some_and(|it| it.is(Kind::WithItem))
        })
    }

    /// Whether anything in the given files says that runs are traced: a tracer, or a variable that switches it on.
    pub fn is_traced(&self) -> bool {
        self.files.iter().any(|file| match file.kind {
            FileKind::Python => {
                SIGNS.iter().any(|sign| memchr::memmem::find(file.text.as_bytes(), sign.as_bytes()).is_some())
            }
            _ => file.text.lines().any(switches_tracing_on),
        })
    }

    /// Whether a file that sets the variables of the process is given: an `.env`, a Compose file, a manifest.
    pub fn shows_environment(&self) -> bool {
        self.files.iter().any(|file| {
            matches!(
                file.kind,
                FileKind::Environment | FileKind::Compose | FileKind::Kubernetes | FileKind::HelmValues
            )
        })
    }

    /// In files of examples: the line that switches tracing on beside a key that is none.
    pub fn tracing_to_nowhere(&self) -> Vec<Span> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            let name = crate::file_names::last_part(data.path);
            let is_example = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
            if data.kind != FileKind::Environment || !is_example {
                continue;
            }
            let set = || data.environment.iter().filter(|variable| !variable.is_comment);
            let switch = set().find(|variable| is_switch(&variable.name.text) && is_on(&variable.value.text));
            let key = set().find(|variable| {
                is_tracing_variable(&variable.name.text) && variable.name.text.ends_with("_API_KEY")
            });
            if let (Some(switch), Some(key)) = (switch, key)
                && is_placeholder(&key.value.text)
            {
                found.push(Span {
                    file,
                    start: switch.name.start,
                    end: switch.value.end.max(switch.name.end),
                });
            }
        }
        found
    }
}

fn is_switch(name: &str) -> bool {
    matches!(
        name,
        "LANGSMITH_TRACING" | "LANGSMITH_TRACING_V2" | "LANGCHAIN_TRACING_V2" | "LANGCHAIN_TRACING"
    )
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
}

fn is_placeholder(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.is_empty()
        || [
            "your",
            "changeme",
            "change-me",
            "change_me",
            "replace",
            "placeholder",
            "example",
            "xxx",
            "<",
            "todo",
            "...",
        ]
        .iter()
        .any(|word| value.contains(word))
}

/// Whether a line of YAML, of a Dockerfile or of variables sets one that traces: not to nothing, and not to no.
fn switches_tracing_on(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') {
        return false;
    }
    let Some(at) = [
        "LANGSMITH_",
        "LANGCHAIN_TRACING",
        "LANGCHAIN_API_KEY",
        "LANGFUSE_",
        "OTEL_",
        "opentelemetry-instrument",
    ]
    .iter()
    .find_map(|name| line.find(name)) else {
        return false;
    };
    let rest = &line[at..];
    let Some((_, value)) = rest.split_once([':', '=']) else { return true };
    let value = value.trim().trim_matches(['"', '\'', ',']).to_ascii_lowercase();
    // A name and a value under keys of their own: `- name: LANGSMITH_TRACING`.
    !matches!(value.as_str(), "" | "false" | "0" | "no" | "off")
}
