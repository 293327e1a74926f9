//! Command lines: what they start.

use super::Span;

/// A command line.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its words, joined by spaces.
    pub text: String,
    pub at: Span,
}

/// Servers of Python web applications, as a command line names them.
const SERVERS: [&str; 6] = ["uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi"];
/// Options of `pip install` behind which a value follows.
const PIP_OPTIONS_WITH_VALUES: [&str; 17] = [
    "-r",
    "--requirement",
    "-e",
    "--editable",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "--python",
    "--prefix",
    "--root",
    "--timeout",
    "--retries",
    "--trusted-host",
];

impl Command {
    /// The simple commands of a shell line, as words.
    fn parts(&self) -> impl Iterator<Item = Vec<&str>> {
        self.text.split(['&', ';', '|', '\n', '(', ')']).map(|part| {
            part.split_whitespace()
                .map(|word| word.trim_matches(['"', '\'']))
                .filter(|word| !word.is_empty())
                .collect()
        })
    }

    /// Whether one of the simple commands starts a server of a Python web application.
    pub fn serves(&self) -> bool {
        self.server().is_some()
    }

    /// The words of a server's command line, from the server's name on.
    pub(super) fn server(&self) -> Option<Vec<&str>> {
        self.parts().find_map(|words| {
            let at = words.iter().position(|word| SERVERS.contains(&program(word)))?;
            // `pip install uvicorn` starts nothing.
            (!words[..at].contains(&"install")).then(|| words[at..].to_vec())
        })
    }

    /// How many worker processes the server is told to start.
    pub fn workers(&self) -> Option<u32> {
        let words = self.server()?;
        words.iter().enumerate().find_map(|(index, word)| {
            let short = matches!(program(words[0]), "gunicorn" | "hypercorn");
            let number = match word.strip_prefix("--workers") {
                Some("") => words.get(index + 1).copied()?,
                Some(value) => value.strip_prefix('=')?,
                None if short && *word == "-w" => words.get(index + 1).copied()?,
                None if short => word.strip_prefix("-w")?,
                None => return None,
            };
            number_of(number)
        })
    }

    /// Whether it starts a server that can refuse what is too much, and is not told to; one that reloads is for
    /// development.
    pub fn takes_all_comers(&self) -> bool {
        self.server().is_some_and(|words| {
            program(words[0]) == "uvicorn"
                && !words.iter().any(|word| word.starts_with("--limit-concurrency") || *word == "--reload")
        })
    }

    /// Whether it starts a server that watches its files and starts anew when one changes.
    pub fn reloads(&self) -> bool {
        self.server().is_some_and(|words| words.contains(&"--reload"))
            || self
                .parts()
                .any(|words| words.windows(2).any(|pair| program(pair[0]) == "fastapi" && pair[1] == "dev"))
    }

    /// Whether it installs Python or its packages.
    pub(super) fn installs_python(&self) -> bool {
        self.parts().any(|words| {
            words.iter().any(|word| matches!(program(word), "pip" | "pip3" | "uv" | "poetry"))
                || (words.contains(&"install") && words.iter().any(|word| word.starts_with("python3")))
        })
    }

    /// The server of a database or a cache that a package manager installs here.
    pub(super) fn installed_store(&self) -> Option<&str> {
        self.parts().find_map(|words| {
            let at = words.iter().position(|word| matches!(*word, "install" | "add"))?;
            let is_manager = words[..at]
                .iter()
                .any(|word| matches!(program(word), "apt" | "apt-get" | "apk" | "dnf" | "yum" | "microdnf"));
            let name = words[at + 1..].iter().find(|word| {
                let name = word.split('=').next().unwrap_or(word);
                [
                    "postgresql",
                    "redis-server",
                    "redis",
                    "mysql-server",
                    "mariadb-server",
                    "rabbitmq-server",
                    "memcached",
                ]
                .contains(&name)
                    || name.strip_prefix("postgresql-").is_some_and(|rest| rest.parse::<u32>().is_ok())
            })?;
            is_manager.then(|| name.split('=').next().unwrap_or(name))
        })
    }

    /// Whether it starts a store that listens to all the world and asks nobody for a password.
    pub(super) fn opens_store(&self) -> bool {
        self.parts().any(|words| {
            let is_open = |pair: &[&str]| match pair[0] {
                "--bind" => matches!(pair[1], "0.0.0.0" | "*"),
                "--protected-mode" => pair[1] == "no",
                _ => false,
            };
            let at = words.iter().position(|word| matches!(program(word), "redis-server" | "valkey-server"));
            at.is_some_and(|at| words[at..].windows(2).any(is_open))
                && !words
                    .iter()
                    .any(|word| matches!(*word, "--requirepass" | "--aclfile") || word.ends_with(".conf"))
        })
    }

    /// Whether it changes the database's schema.
    pub fn migrates(&self) -> bool {
        self.parts().any(|words| {
            let follows = |first: &str, second: &str| {
                words.windows(2).any(|pair| program(pair[0]) == first && pair[1] == second)
            };
            follows("db", "upgrade")
                || follows("manage.py", "migrate")
                || follows("aerich", "upgrade")
                || (words.iter().any(|word| program(word) == "alembic") && words.contains(&"upgrade"))
        })
    }

    /// Whether another simple command runs after the one that migrates.
    pub fn goes_on_after_migrating(&self) -> bool {
        let parts: Vec<Vec<&str>> = self.parts().filter(|words| !words.is_empty()).collect();
        parts.iter().position(|words| words.contains(&"upgrade") || words.contains(&"migrate")).is_some_and(
            |at| parts[at + 1..].iter().any(|words| !matches!(words[0], "echo" | "exit" | "true" | "sleep")),
        )
    }

    /// Whether it changes the schema and starts a server, or another program, behind that.
    pub fn migrates_then_serves(&self) -> bool {
        self.migrates() && self.goes_on_after_migrating()
    }

    /// Whether it ends at once (`true`).
    pub fn does_nothing(&self) -> bool {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        match words.as_slice() {
            [one] => program(one) == "true",
            [one, "infinity"] => program(one) == "sleep",
            [one, "-f", "/dev/null"] => program(one) == "tail",
            _ => false,
        }
    }

    /// The packages that it installs with pip in no version of its own choice.
    pub fn unpinned_packages(&self) -> Vec<String> {
        let mut found = Vec::new();
        for words in self.parts() {
            let Some(at) = words.iter().position(|word| *word == "install") else { continue };
            let by_pip = words[..at].iter().any(|word| matches!(program(word), "pip" | "pip3"));
            let arguments = &words[at + 1..];
            let is_bound = |word: &&str| {
                word.starts_with("--require-hashes") || word.starts_with("--constraint") || *word == "-c"
            };
            if !by_pip || arguments.iter().any(is_bound) {
                continue;
            }
            let mut takes_value = false;
            for word in arguments {
                if std::mem::take(&mut takes_value) {
                    continue;
                }
                if word.starts_with('-') {
                    takes_value = PIP_OPTIONS_WITH_VALUES.contains(word);
                    continue;
                }
                if let Some(address) = word.strip_prefix("git+") {
                    found.extend(moving_repository(address).map(str::to_owned));
                    continue;
                }
                let name: String = word
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'))
                    .collect();
                let is_package = name.starts_with(|first: char| first.is_ascii_alphabetic())
                    && !word.contains(['/', '$', '@', '{'])
                    && !word.ends_with(".whl")
                    && !word.ends_with(".gz")
                    && !["==", "~=", "<"].iter().any(|bound| word.contains(bound));
                // The tools that install the rest say nothing of what is installed.
                if is_package
                    && !matches!(name.as_str(), "pip" | "setuptools" | "wheel")
                    && !found.contains(&name)
                {
                    found.push(name);
                }
            }
        }
        found
    }

    /// The address of a script that is fetched and run at once, without a look at what came: neither a checksum nor a
    /// version stands beside it.
    pub fn unseen_script(&self) -> Option<&str> {
        let looks_at_it = ["sha256sum", "sha512sum", "shasum", "gpg --verify", "cosign"];
        if looks_at_it.iter().any(|check| self.text.contains(check)) {
            return None;
        }
        // `bash -c "$(curl …)"` and `bash <(curl …)` take the script in.
        let lines = self.text.replace("||", "\n").replace("&&", "\n").replace([';', '&'], "\n");
        let address = lines.split('\n').find_map(|line| {
            let steps: Vec<&str> = line.split('|').collect();
            let fetches = steps.iter().position(|step| fetched(step).is_some())?;
            let step = steps[fetches];
            let (before, takes_in) = match step.find("$(").or_else(|| step.find("<(")) {
                Some(at) => (&step[..at], true),
                None => ("", false),
            };
            let runs = (takes_in && is_interpreter(before, true))
                || steps[fetches + 1..].iter().any(|step| is_interpreter(step, false));
            (runs && !line.split_whitespace().any(names_version)).then(|| fetched(step))?
        })?;
        // An address that a variable decides may name a version.
        let at = self.text.find(address)?;
        (!address.contains('$')).then(|| &self.text[at..at + address.len()])
    }

    /// Whether it starts Celery's scheduler: `celery … beat`, or a worker with a beat inside (`-B`).
    pub fn starts_beat(&self) -> bool {
        self.parts().any(|words| {
            let Some(at) = words.iter().position(|word| program(word) == "celery") else { return false };
            let rest = &words[at + 1..];
            rest.contains(&"beat")
                || (rest.contains(&"worker") && (rest.contains(&"-B") || rest.contains(&"--beat")))
        })
    }
}

/// The name of a repository from which pip takes whatever a branch holds: `https://example.com/a/b.git@main`.
fn moving_repository(address: &str) -> Option<&str> {
    let path = address.split('#').next()?.split("://").nth(1)?;
    let (path, reference) = match path.rsplit_once('@') {
        // `git@example.com/a/b.git`
        Some((path, reference)) if !reference.contains('/') => (path, Some(reference)),
        _ => (path, None),
    };
    let is_open = |text: &str| text.contains(['$', '{']);
    let moves = reference.is_none_or(super::image::moves);
    (moves && !is_open(address)).then(|| program(path).trim_end_matches(".git"))
}

/// The address that `curl` or `wget` is told to fetch.
fn fetched(step: &str) -> Option<&str> {
    let mut words = step.split([' ', '\t', '(', '"', '\'', ')']).filter(|word| !word.is_empty());
    words.by_ref().find(|word| matches!(program(word), "curl" | "wget"))?;
    words.find(|word| word.starts_with("https://") || word.starts_with("http://"))
}

/// Whether a step starts an interpreter that runs what it is given: by its standard input, or beside it (`takes_in`).
fn is_interpreter(step: &str, takes_in: bool) -> bool {
    let mut words = step.split_whitespace().filter(|word| {
        !matches!(*word, "sudo" | "env" | "exec" | "-E")
            && !word.split('/').next().unwrap_or(word).contains('=')
    });
    let Some(first) = words.next() else { return false };
    let first = program(first.trim_matches(['"', '\'']));
    let is_shell = matches!(first, "sh" | "bash" | "ash" | "dash" | "zsh");
    let is_other = first.starts_with("python") || matches!(first, "perl" | "ruby" | "node");
    // With a program of its own (`python3 -c …`, `sh parse.sh`) the input is data.
    let reads_input = match words.next() {
        None | Some("-") => true,
        Some(word) => is_shell && word.starts_with('-') && !word.starts_with("-c"),
    };
    (is_shell && takes_in) || ((is_shell || is_other) && reads_input)
}

/// `v1.2`, `0.5.1`, `VERSION=…`, `--version`, or the name of a commit.
pub(super) fn names_version(word: &str) -> bool {
    if word.contains("VERSION=") || word.starts_with("--version") {
        return true;
    }
    word.split(['/', '=', '@', '-', '_']).any(|part| {
        let is_commit = part.len() >= 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let numbers = part.strip_prefix('v').unwrap_or(part);
        let mut numbers = numbers.split('.');
        let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u32>().is_ok());
        is_commit || (is_number(numbers.next()) && is_number(numbers.next()))
    })
}

/// The last part of a path: `/usr/bin/uvicorn` is `uvicorn`.
pub(super) fn program(word: &str) -> &str {
    crate::file_names::last_part(word)
}

/// A number, or the default of a shell variable: `${WORKERS:-4}`.
pub(super) fn number_of(text: &str) -> Option<u32> {
    let text = text.trim_matches(['"', '\'']);
    let default = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(|inner| {
        inner.split_once(":-").or_else(|| inner.split_once('-')).map_or("", |(_, default)| default)
    });
    default.unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Command {
        Command { text: text.to_owned(), at: Span { file: 0, start: 0, end: 0 } }
    }

    #[test]
    fn commands_are_understood() {
        assert_eq!(command("uvicorn app:app --workers 4").workers(), Some(4));
        assert_eq!(command("sh -c exec /venv/bin/gunicorn app:app -w ${N:-3} -k x").workers(), Some(3));
        assert_eq!(command("gunicorn --workers=2 app").workers(), Some(2));
        assert_eq!(command("celery -A app worker --workers 4").workers(), None);
        assert!(!command("pip install uvicorn").serves());
        assert!(command("celery -A app.worker beat -l info").starts_beat());
        assert!(!command("celery -A beat.app worker").starts_beat());
        assert!(command("alembic upgrade head && exec uvicorn a:b").goes_on_after_migrating());
        assert!(command("python -m alembic -c a.ini upgrade head").migrates());
        assert!(!command("alembic upgrade head").goes_on_after_migrating());
        let loose =
            command("pip3 install torch~=1.8 torchvision 'numpy>=1,<2' timm>=0.4 pandas").unpinned_packages();
        assert_eq!(loose, ["torchvision", "timm", "pandas"]);
    }

    #[test]
    fn repositories_of_which_a_branch_is_taken() {
        let loose = |text: &str| command(text).unpinned_packages();
        assert_eq!(loose("pip install git+https://github.com/a/lib.git"), ["lib"]);
        assert_eq!(loose("uv pip install git+https://github.com/a/lib.git@main#egg=lib"), ["lib"]);
        assert_eq!(loose("pip install git+https://github.com/a/lib@v1.2.0"), [""; 0]);
        assert_eq!(loose("pip install git+https://${TOKEN}@github.com/a/lib"), [""; 0]);
    }

    #[test]
    fn scripts_that_nobody_saw_are_told_from_the_others() {
        for text in [
            "curl -fsSL https://deb.example.com/setup_22.x | bash - && apt-get install x",
            "wget -qO- https://example.com/install.sh | sudo -E sh",
            "curl https://example.com/a.py | python3 -",
            "bash -c \"$(curl -fsSL https://example.com/install.sh)\"",
            "bash <(curl -s https://example.com/install.sh)",
            "curl -s https://example.com/i.sh | bash -s -- -y",
        ] {
            assert!(command(text).unseen_script().is_some(), "{text}");
        }
        for text in [
            "curl -fsSL https://example.com/key.gpg | gpg --dearmor -o /k",
            "curl https://example.com/key | apt-key add -",
            "curl https://example.com/v1.2.3/install.sh | sh",
            "curl https://example.com/install.py | POETRY_VERSION=2.1.1 python3 -",
            "curl https://example.com/a.json | python3 -c 'import json'",
            "curl -o i.sh https://example.com/i.sh && echo \"00 i.sh\" | sha256sum -c && sh i.sh",
            "curl https://example.com/${V}/install.sh | sh",
            "curl https://example.com/a | tar xz; bash b.sh",
        ] {
            assert_eq!(command(text).unseen_script(), None, "{text}");
        }
    }
}
