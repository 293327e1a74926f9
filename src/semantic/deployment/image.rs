//! References to images: their parts, whether they name one version, and what is known of what they hold.

use super::Span;
use super::command::program;

/// A reference to an image, where it is written.
#[derive(Clone, Debug)]
pub struct Image {
    /// As it is written, what a template puts into it as placeholders.
    pub text: String,
    /// With the values of the chart in their places.
    pub resolved: String,
    pub at: Span,
}

/// What a reference says of the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pinning {
    /// A version or a digest.
    Fixed,
    /// Nothing, which means `latest`.
    Untagged,
    /// A tag that its owner moves.
    Moving(String),
    /// A variable whose default is such a tag.
    MovingByDefault(String),
    /// It names no version, but its name is of nobody's list.
    Unclear(String),
    /// A variable decides.
    Unknown,
}

/// What somebody else's image holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A database, cache, queue or vector store.
    Store,
    /// What takes requests from outside and hands them on.
    Ingress,
    /// A server of models, which loads them for minutes before it answers.
    Models,
    Other,
}

const STORES: [&str; 27] = [
    "postgres",
    "postgresql",
    "pgvector",
    "timescaledb",
    "redis",
    "valkey",
    "dragonfly",
    "memcached",
    "qdrant",
    "weaviate",
    "milvus",
    "chroma",
    "rabbitmq",
    "kafka",
    "zookeeper",
    "etcd",
    "minio",
    "mongo",
    "mongodb",
    "mysql",
    "mariadb",
    "elasticsearch",
    "opensearch",
    "clickhouse-server",
    "neo4j",
    "cassandra",
    "nats",
];
const INGRESSES: [&str; 8] =
    ["nginx", "caddy", "traefik", "haproxy", "envoy", "kong", "apisix", "cloudflared"];
const MODELS: [&str; 9] = [
    "vllm-openai",
    "vllm",
    "text-generation-inference",
    "text-embeddings-inference",
    "tritonserver",
    "ollama",
    "localai",
    "xinference",
    "infinity",
];
const OTHERS: [&str; 16] = [
    "pgbouncer",
    "prometheus",
    "grafana",
    "otel",
    "opentelemetry-collector",
    "opentelemetry-collector-contrib",
    "jaeger",
    "all-in-one",
    "loki",
    "adminer",
    "pgadmin4",
    "mailhog",
    "mailpit",
    "busybox",
    "alpine",
    "localstack",
];
/// What the name of a program says that is for a store, and none itself.
const TOOLS: [&str; 12] = [
    "admin",
    "backup",
    "commander",
    "console",
    "dashboard",
    "explorer",
    "exporter",
    "express",
    "gui",
    "operator",
    "ui",
    "web",
];
const SIDECARS: [&str; 14] = [
    "cloud-sql-proxy",
    "cloudsql-proxy",
    "gce-proxy",
    "oauth2-proxy",
    "istio",
    "linkerd",
    "envoy",
    "fluent",
    "filebeat",
    "vault-agent",
    "otel",
    "opentelemetry",
    "exporter",
    "sidecar",
];

/// The last part of a reference's path, without its tag.
fn name_of(image: &str) -> String {
    program(image).split([':', '@']).next().unwrap_or_default().to_ascii_lowercase()
}

pub(super) fn kind_of(image: &str) -> Option<Holds> {
    let name = name_of(image);
    let is_one_of = |list: &[&str]| {
        list.iter().any(|known| {
            name == *known
                || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'))
                || name.strip_suffix(known).is_some_and(|rest| rest.ends_with('-'))
        })
    };
    if is_one_of(&STORES) {
        // `redis-commander` shows what is in a store, and holds nothing.
        let is_about = name.split(['-', '_']).skip(1).any(|word| TOOLS.contains(&word));
        Some(if is_about { Holds::Other } else { Holds::Store })
    } else if is_one_of(&INGRESSES) {
        Some(Holds::Ingress)
    } else if is_one_of(&MODELS) {
        Some(Holds::Models)
    } else if is_one_of(&OTHERS) {
        Some(Holds::Other)
    } else {
        None
    }
}

/// The command with which a store's image asks whether it is well, as a health check lists it.
pub(super) fn health_command(image: &str) -> Option<&'static str> {
    const COMMANDS: [(&str, &str); 9] = [
        ("postgres", "\"pg_isready\""),
        ("pgvector", "\"pg_isready\""),
        ("timescaledb", "\"pg_isready\""),
        ("redis", "\"redis-cli\", \"ping\""),
        ("valkey", "\"valkey-cli\", \"ping\""),
        ("mysql", "\"mysqladmin\", \"ping\""),
        ("mariadb", "\"healthcheck.sh\", \"--connect\""),
        ("rabbitmq", "\"rabbitmq-diagnostics\", \"ping\""),
        ("mongo", "\"mongosh\", \"--eval\", \"db.runCommand('ping')\""),
    ];
    let name = name_of(image);
    COMMANDS.iter().find(|(known, _)| name.contains(known)).map(|(_, command)| *command)
}

/// Whether somebody else's image is a store whose data is meant to last.
pub(super) fn keeps_data(image: &str) -> bool {
    const PASSING: [&str; 9] =
        ["redis", "valkey", "dragonfly", "memcached", "rabbitmq", "kafka", "zookeeper", "nats", "etcd"];
    let name = name_of(image);
    kind_of(image) == Some(Holds::Store) && !PASSING.iter().any(|known| name.contains(known))
}

pub(super) fn is_sidecar(name: &str) -> bool {
    let name = name_of(name);
    SIDECARS.iter().any(|known| name.contains(known))
}

/// Tags that their owners move.
const MOVING: [&str; 22] = [
    "latest",
    "stable",
    "edge",
    "main",
    "master",
    "develop",
    "development",
    "dev",
    "nightly",
    "test",
    "testing",
    "beta",
    "alpha",
    "canary",
    "rolling",
    "head",
    "next",
    "snapshot",
    "unstable",
    "staging",
    "production",
    "prod",
];

/// What a variable without a value stands for in a reference.
const ANYTHING: char = '\u{1}';

/// The text with its variables replaced by their defaults, or by [`ANYTHING`]; and whether a default was used.
fn expanded(text: &str) -> (String, bool) {
    let mut said = String::new();
    let mut defaulted = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        said.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(inner) = rest.strip_prefix('{') else {
            let length = rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .unwrap_or(rest.len());
            rest = &rest[length..];
            said.push(ANYTHING);
            continue;
        };
        let Some(end) = closing_brace(inner) else { break };
        let name_length = inner
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(end)
            .min(end);
        let operator = &inner[name_length..end];
        match operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-')) {
            Some(default) => {
                defaulted = true;
                said.push_str(&expanded_once(default));
            }
            None => said.push(ANYTHING),
        }
        rest = &inner[end + 1..];
    }
    said.push_str(rest);
    (said, defaulted)
}

/// A default may hold a variable in turn; its value is then open.
fn expanded_once(default: &str) -> String {
    match default.find('$') {
        Some(at) => format!("{}{ANYTHING}", &default[..at]),
        None => default.to_owned(),
    }
}

/// The end of `${…}`, braces inside of it counted.
pub(super) fn closing_brace(inner: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

impl Image {
    pub(super) fn written(text: String, at: Span) -> Self {
        Self { resolved: text.clone(), text, at }
    }

    /// The parts of the reference: what stands before the tag, the tag, and whether a digest follows.
    pub fn pinning(&self) -> Pinning {
        let (text, defaulted) = expanded(&self.text);
        let text = text.trim();
        if text.contains('@') || text.is_empty() {
            return Pinning::Fixed;
        }
        // A colon before a slash belongs to the registry's port.
        let last = program(text);
        let Some((name, tag)) = last.split_once(':') else {
            return if last.contains([ANYTHING, '{']) || last.contains("__") {
                Pinning::Unknown
            } else if defaulted {
                Pinning::MovingByDefault("latest".to_owned())
            } else {
                Pinning::Untagged
            };
        };
        if name.is_empty() || tag.contains([ANYTHING, '{']) || tag.contains("__") {
            return Pinning::Unknown;
        }
        let moves = moves(tag);
        let has_digit = tag.bytes().any(|byte| byte.is_ascii_digit());
        match (moves, defaulted) {
            (true, true) => Pinning::MovingByDefault(tag.to_owned()),
            (true, false) => Pinning::Moving(tag.to_owned()),
            // Nobody gives an image away under this tag: who deploys it has built or tagged it here.
            (false, _) if tag == "local" => Pinning::Unknown,
            (false, _) if !has_digit => Pinning::Unclear(tag.to_owned()),
            _ => Pinning::Fixed,
        }
    }
}

/// Whether a tag's owner moves it, by its words.
pub(super) fn moves(tag: &str) -> bool {
    let lower = tag.to_ascii_lowercase();
    let first = lower.split(['-', '_', '.']).next().unwrap_or_default();
    let has_number = lower.bytes().any(|byte| byte.is_ascii_digit());
    let is_branch = ["latest", "main", "master", "nightly", "edge", "stable"].contains(&first);
    MOVING.contains(&first) && (!has_number || is_branch) && !is_dated(&lower)
}

/// `nightly-20260301`, `main-3f9a1c7`: a date or a commit behind the branch makes it one build.
fn is_dated(tag: &str) -> bool {
    tag.split(['-', '_', '.']).skip(1).any(|part| {
        (part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
            || (part.len() >= 7 && part.starts_with("sha"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinning(text: &str) -> Pinning {
        Image::written(text.to_owned(), Span { file: 0, start: 0, end: 0 }).pinning()
    }

    #[test]
    fn references_are_read() {
        let moving = |tag: &str| Pinning::Moving(tag.to_owned());
        assert_eq!(pinning("python"), Pinning::Untagged);
        assert_eq!(pinning("localhost:5000/a/b"), Pinning::Untagged);
        assert_eq!(pinning("localhost:5000/a/b:1.2"), Pinning::Fixed);
        assert_eq!(pinning("r.io:5000/a@sha256:00"), Pinning::Fixed);
        assert_eq!(pinning("a/b:latest-gpu-12"), moving("latest-gpu-12"));
        assert_eq!(pinning("a/b:nightly-20260301"), Pinning::Fixed);
        assert_eq!(pinning("a/b:dev-1.2.3"), Pinning::Fixed);
        assert_eq!(pinning("pgvector/pgvector:pg17"), Pinning::Fixed);
        assert_eq!(pinning("a:${T:-latest}"), Pinning::MovingByDefault("latest".to_owned()));
        assert_eq!(pinning("a:${T}"), Pinning::Unknown);
        assert_eq!(pinning("a:$T"), Pinning::Unknown);
        assert_eq!(pinning("${IMAGE:-a/b}:1"), Pinning::Fixed);
        assert_eq!(pinning("a:${T:-${U:-latest}}"), Pinning::Unknown);
        assert_eq!(pinning("python:slim"), Pinning::Unclear("slim".to_owned()));
        assert_eq!(pinning("shop/api:local"), Pinning::Unknown);
        assert_eq!(pinning("______:_____"), Pinning::Unknown);
        assert_eq!(pinning("______:latest"), moving("latest"));
        assert_eq!(pinning("a:${"), Pinning::Unknown);
    }

    #[test]
    fn images_of_others_are_known() {
        assert_eq!(kind_of("pgvector/pgvector:pg17"), Some(Holds::Store));
        assert_eq!(kind_of("bitnami/redis-cluster:8"), Some(Holds::Store));
        assert_eq!(kind_of("provectuslabs/kafka-ui:v0.7"), Some(Holds::Other));
        assert_eq!(kind_of("caddy:2-alpine"), Some(Holds::Ingress));
        assert_eq!(kind_of("registry.example.com/agents/backend:1"), None);
    }
}
