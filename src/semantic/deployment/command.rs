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

    /// Whether it ends at once (`true`).
    pub fn does_nothing(&self) -> bool {
        let mut words = self.text.split_whitespace();
        words.next().is_some_and(|word| program(word) == "true") && words.next().is_none()
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

/// The last part of a path: `/usr/bin/uvicorn` is `uvicorn`.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
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
}
