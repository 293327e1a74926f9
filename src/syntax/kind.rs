//! What kind of file a path names.

use super::shapes::has_python_fence;
use crate::report::FileKind;

/// The kind by the path, and for YAML and Markdown by the text as well. Notebooks and Markdown are read for their Python.
pub fn kind_of(path: &str, text: &str) -> FileKind {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = match lower.rsplit_once('.') {
        Some((stem, extension)) => (stem, extension),
        None => (lower.as_str(), ""),
    };
    match extension {
        "py" | "pyi" | "pyw" | "ipynb" => return FileKind::Python,
        "yaml" | "yml" | "tpl" => return yaml_kind(path, stem, text),
        "md" | "markdown" if has_python_fence(text) => return FileKind::Python,
        "dockerfile" | "containerfile" => return FileKind::Dockerfile,
        "caddyfile" => return FileKind::Caddyfile,
        _ => {}
    }
    // `Dockerfile.dev` and `Dockerfile-gpu`, but neither `Dockerfiles` nor a bundler's `dockerfile-3f2a.js`.
    let is_named = |word: &str| {
        lower.strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('.') || (rest.starts_with(['-', '_']) && !rest.contains('.'))
        })
    };
    if is_named("dockerfile") || is_named("containerfile") {
        FileKind::Dockerfile
    } else if is_named("caddyfile") {
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

/// Whether a file of this name is read where only its folder was named. Markdown is not: in a project it is
/// documentation. Nor are stubs, which run nothing, and templates of whatever tool.
pub fn is_read_in_folders(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !lower.ends_with(".pyi") && !lower.ends_with(".tpl") && kind_of(path, "") != FileKind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_name() {
        for name in [
            "a.py",
            "a.ipynb",
            "compose.yml",
            "values.yaml",
            "Dockerfile",
            "Dockerfile.dev",
            "Dockerfile-gpu",
            "api.Dockerfile",
            "Containerfile",
            "Caddyfile",
            ".env",
            ".env.example",
            "prod.env",
        ] {
            assert!(is_read_in_folders(name), "{name}");
        }
        for name in [
            "a.pyc",
            "a.txt",
            "a.md",
            "a.pyi",
            "a.tpl",
            "Dockerfiles",
            "dockerfile-3f2a.js",
            "environment",
            "py",
        ] {
            assert!(!is_read_in_folders(name), "{name}");
        }
        assert_eq!(kind_of("a.md", "# A\n\n```py\nx\n```\n"), FileKind::Python);
        assert_eq!(kind_of("a.md", "# A\n"), FileKind::Other);
    }
}
