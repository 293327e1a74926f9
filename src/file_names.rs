//! What a file's name says of what is in it. The page asks this of thousands of names before it reads a file.

/// What a name stands for, before the text is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Python,
    Markdown,
    Yaml,
    Dockerfile,
    Caddyfile,
    Environment,
    Shell,
    Other,
}

/// The last part of a path in the form that checked files have.
pub fn last_part(path: &str) -> &str {
    path.rfind('/').map_or(path, |at| &path[at + 1..])
}

/// What the last part of a path stands for.
pub fn named(path: &str) -> Named {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "py" | "pyi" | "pyw" | "ipynb" => return Named::Python,
        "yaml" | "yml" | "tpl" => return Named::Yaml,
        "sh" | "bash" => return Named::Shell,
        "md" | "markdown" => return Named::Markdown,
        "dockerfile" | "containerfile" => return Named::Dockerfile,
        "caddyfile" => return Named::Caddyfile,
        _ => {}
    }
    // `Dockerfile.dev` and `Dockerfile-gpu`, but neither `Dockerfiles` nor a bundler's `dockerfile-3f2a.js`.
    let is_named = |word: &str| {
        lower.strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('.') || (rest.starts_with(['-', '_']) && !rest.contains('.'))
        })
    };
    if is_named("dockerfile") || is_named("containerfile") {
        Named::Dockerfile
    } else if is_named("caddyfile") {
        Named::Caddyfile
    } else if lower == ".env" || lower.starts_with(".env.") || lower.ends_with(".env") {
        Named::Environment
    } else {
        Named::Other
    }
}

/// Whether a file is read as a patch: its name says so.
pub fn is_patch(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.ends_with(".patch") || lower.ends_with(".diff")
}

/// Whether a file documents variables rather than setting them.
pub fn is_example(path: &str) -> bool {
    let name = last_part(path).to_ascii_lowercase();
    name.split(['.', '-', '_']).any(|word| {
        ["example", "examples", "sample", "template", "dist", "default", "defaults"].contains(&word)
    })
}

/// Whose files a folder holds, as far as its name says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    Own,
    /// A tool's own data: hidden folders other than a forge's, what npm installs, what Python compiles.
    OfTool,
    /// Copies of other people's code.
    Foreign,
    /// The same, unless modules stand directly in it: `vendor` may be what an application is about.
    ForeignWithoutModules,
}

/// What a folder's name says of it. The page and the command line leave out the same folders, since both ask here.
pub fn folder(name: &str) -> Folder {
    match name {
        // What its forge runs is the project's own.
        ".github" | ".gitlab" | ".gitea" | ".forgejo" => Folder::Own,
        "node_modules" | "__pycache__" => Folder::OfTool,
        "third_party" | "thirdparty" | "third-party" | "_vendor" | "vendored" | "site-packages" => {
            Folder::Foreign
        }
        "vendor" => Folder::ForeignWithoutModules,
        _ if name.starts_with('.') => Folder::OfTool,
        _ => Folder::Own,
    }
}

/// Whether a file of this name is read where only its folder was named. Markdown is not: in a project it is
/// documentation. Nor are stubs, which run nothing, and templates of whatever tool.
pub fn is_read_in_folders(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    !lower.ends_with(".pyi")
        && !lower.ends_with(".tpl")
        && !matches!(named(path), Named::Other | Named::Markdown)
}
