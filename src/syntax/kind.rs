//! What kind of file a path names.

use super::shapes::has_python_fence;
use crate::file_names::{Named, named};
use crate::report::FileKind;

/// The kind by the path, and for YAML and Markdown by the text as well. Notebooks and Markdown are read for their Python.
pub fn kind_of(path: &str, text: &str) -> FileKind {
    match named(path) {
        Named::Python => FileKind::Python,
        Named::Markdown if has_python_fence(text) => FileKind::Python,
        Named::Markdown | Named::Other => FileKind::Other,
        Named::Yaml => yaml_kind(path, text),
        Named::Dockerfile => FileKind::Dockerfile,
        Named::Caddyfile => FileKind::Caddyfile,
        Named::Environment => FileKind::Environment,
        Named::Shell => FileKind::Shell,
    }
}

fn yaml_kind(path: &str, text: &str) -> FileKind {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_names::is_read_in_folders;

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
