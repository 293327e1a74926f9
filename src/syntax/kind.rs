//! What kind of file a path names.

use crate::report::FileKind;

/// The kind by the path, and for YAML by the text as well.
pub fn kind_of(path: &str, text: &str) -> FileKind {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = match lower.rsplit_once('.') {
        Some((stem, extension)) => (stem, extension),
        None => (lower.as_str(), ""),
    };
    match extension {
        "py" | "pyi" | "pyw" => return FileKind::Python,
        "yaml" | "yml" | "tpl" => return yaml_kind(path, stem, text),
        "dockerfile" | "containerfile" => return FileKind::Dockerfile,
        "caddyfile" => return FileKind::Caddyfile,
        _ => {}
    }
    if lower.starts_with("dockerfile") || lower.starts_with("containerfile") {
        FileKind::Dockerfile
    } else if lower.starts_with("caddyfile") {
        FileKind::Caddyfile
    } else if lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env") {
        FileKind::Environment
    } else {
        FileKind::Other
    }
}

fn yaml_kind(path: &str, stem: &str, text: &str) -> FileKind {
    let has_key = |key: &str| text.lines().any(|line| line.starts_with(key));
    if text.contains("{{") && path.contains("templates/") {
        FileKind::HelmTemplate
    } else if stem.starts_with("values") {
        FileKind::HelmValues
    } else if stem.contains("compose") || has_key("services:") {
        FileKind::Compose
    } else if has_key("apiVersion:") && has_key("kind:") {
        FileKind::Kubernetes
    } else {
        FileKind::Yaml
    }
}
