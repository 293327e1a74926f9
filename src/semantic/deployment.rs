//! What the deployment files run: images, Compose services and Kubernetes workloads, with their commands and numbers.

use super::{File, Model};
use crate::report::{FileKind, Range};
use crate::syntax::{Yaml, YamlId};

/// A stretch of a deployment file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub file: u32,
    pub start: u32,
    pub end: u32,
}

/// A stretch of a deployment file that a finding can point at.
#[derive(Clone, Copy)]
pub struct Stretch<'m> {
    pub model: &'m Model<'m>,
    pub span: Span,
}

/// What a workload is to whoever starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// A Dockerfile: how often it runs is said elsewhere, if at all.
    Image,
    /// A service of a Compose file.
    Service,
    /// Kept running by Kubernetes: a Deployment, StatefulSet, DaemonSet and the like.
    Deployment,
    /// A Kubernetes Job or a bare Pod: once.
    Once,
    /// A Kubernetes CronJob.
    Scheduled,
}

/// Something that a deployment file runs.
#[derive(Debug)]
pub struct Workload {
    pub runs: Runs,
    /// The service's or the resource's name; empty for an image.
    pub name: String,
    /// The line that introduces it: the service's key, `kind: …`, `FROM …`.
    pub heading: Span,
    /// How many copies it says to run.
    pub replicas: Option<(u32, Span)>,
    /// What its containers run, where that is said; those of init containers included.
    pub commands: Vec<Command>,
    /// The images that its containers are made from.
    pub images: Vec<String>,
    /// It is built from the given files (`build:` in a Compose file).
    pub is_built: bool,
    /// What a CronJob says of runs that overlap.
    pub concurrency_policy: Option<(String, Span)>,
}

/// A command line.
#[derive(Debug)]
pub struct Command {
    /// Its words, joined by spaces.
    pub text: String,
    pub at: Span,
}

/// Servers of Python web applications, as a command line names them.
const SERVERS: [&str; 6] = ["uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "fastapi"];
/// Images that hold other people's services.
const INFRASTRUCTURE: [&str; 24] = [
    "postgres",
    "pgvector",
    "pgbouncer",
    "redis",
    "valkey",
    "nginx",
    "caddy",
    "traefik",
    "haproxy",
    "envoy",
    "qdrant",
    "rabbitmq",
    "kafka",
    "zookeeper",
    "minio",
    "mongo",
    "mysql",
    "mariadb",
    "elasticsearch",
    "opensearch",
    "prometheus",
    "grafana",
    "ollama",
    "otel",
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
    fn server(&self) -> Option<Vec<&str>> {
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
fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// A number, or the default of a shell variable: `${WORKERS:-4}`.
fn number_of(text: &str) -> Option<u32> {
    let text = text.trim_matches(['"', '\'']);
    let default = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(|inner| {
        inner.split_once(":-").or_else(|| inner.split_once('-')).map_or("", |(_, default)| default)
    });
    default.unwrap_or(text).parse().ok()
}

impl Workload {
    /// Whether it runs, or may run, the given application: its command starts a server, or it says no command and is
    /// no image of somebody else's service.
    fn may_serve(&self) -> bool {
        if !self.commands.is_empty() {
            return self.commands.iter().any(Command::serves);
        }
        let foreign = |image: &String| {
            let name = program(image).split([':', '@']).next().unwrap_or_default().to_ascii_lowercase();
            INFRASTRUCTURE.iter().any(|known| name.contains(known))
        };
        match self.runs {
            Runs::Service => self.is_built || (!self.images.is_empty() && !self.images.iter().any(foreign)),
            Runs::Deployment => !self.images.is_empty() && !self.images.iter().any(foreign),
            Runs::Image | Runs::Once | Runs::Scheduled => false,
        }
    }
}

/// How many processes run the application, and which places say so.
pub struct Processes<'m> {
    pub count: u32,
    pub because: Vec<(Stretch<'m>, String)>,
}

impl<'s> Model<'s> {
    pub fn stretch(&self, span: Span) -> Stretch<'_> {
        Stretch { model: self, span }
    }

    /// Everything that the given deployment files run.
    pub fn workloads(&self) -> &[Workload] {
        self.workloads.get_or_init(|| {
            let mut found = Vec::new();
            for (file, data) in (0..).zip(&self.files) {
                match data.kind {
                    FileKind::Dockerfile => found.extend(dockerfile(file, data)),
                    FileKind::Compose => compose(file, &data.yaml, &mut found),
                    FileKind::Kubernetes => kubernetes(file, &data.yaml, &mut found),
                    _ => {}
                }
            }
            found
        })
    }

    /// How many processes run the web application at once, where the deployment files say that it is more than one.
    pub fn processes(&self) -> Option<Processes<'_>> {
        let workers = |workload: &Workload| {
            workload
                .commands
                .iter()
                .filter_map(|command| Some((command.workers()?, command.at)))
                .max_by_key(|w| w.0)
        };
        let serving = || self.workloads().iter().filter(|workload| workload.may_serve());
        let image =
            serving().filter(|workload| workload.runs == Runs::Image).filter_map(workers).max_by_key(|w| w.0);
        let mut best: Option<(u32, Vec<(Span, String)>)> = None;
        for workload in serving() {
            let replicas = workload.replicas;
            let workers = workers(workload).or(image.filter(|_| workload.commands.is_empty()));
            let count = replicas.map_or(1, |r| r.0).saturating_mul(workers.map_or(1, |w| w.0));
            if count < 2 || best.as_ref().is_some_and(|(known, _)| *known >= count) {
                continue;
            }
            let mut because = Vec::new();
            if let Some((number, at)) = workers.filter(|w| w.0 > 1) {
                because.push((at, format!("starts {number} worker processes")));
            }
            if let Some((number, at)) = replicas.filter(|r| r.0 > 1) {
                because.push((at, format!("runs {number} copies of `{}`", workload.name)));
            }
            best = Some((count, because));
        }
        best.map(|(count, because)| Processes {
            count,
            because: because.into_iter().map(|(span, note)| (self.stretch(span), note)).collect(),
        })
    }
}

impl<'m> Stretch<'m> {
    pub fn path(self) -> &'m str {
        self.model.files[self.span.file as usize].path
    }

    /// The first line of it.
    pub fn range(self) -> Range {
        let file = &self.model.files[self.span.file as usize];
        let text = file.text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
        let line = text.split(['\n', '\r']).next().unwrap_or_default().trim_end();
        file.lines.range(file.text, self.span.start, self.span.start + line.len() as u32)
    }
}

fn dockerfile(file: u32, data: &File<'_>) -> Option<Workload> {
    let mut heading = None;
    let mut commands: Vec<(&str, Command)> = Vec::new();
    for instruction in instructions(data.text) {
        let (start, end, keyword, rest) = instruction;
        let span = Span { file, start, end };
        match keyword.to_ascii_uppercase().as_str() {
            // Only the last stage is the image.
            "FROM" => {
                heading = Some(span);
                commands.clear();
            }
            "CMD" | "ENTRYPOINT" => {
                // The last of each holds.
                commands.retain(|(known, _)| !known.eq_ignore_ascii_case(keyword));
                commands.push((keyword, Command { text: rest, at: span }));
            }
            _ => {}
        }
    }
    Some(Workload {
        runs: Runs::Image,
        name: String::new(),
        heading: heading?,
        replicas: None,
        commands: commands.into_iter().map(|(_, command)| command).collect(),
        images: Vec::new(),
        is_built: true,
        concurrency_policy: None,
    })
}

/// The instructions of a Dockerfile: where each starts and ends, its keyword, and the rest on one line. The brackets,
/// quotes and commas of the JSON form become spaces between words.
fn instructions(text: &str) -> Vec<(u32, u32, &str, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize, &str, String)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with('#') || (trimmed.is_empty() && open.is_some()) {
            continue;
        }
        let end = start + line.trim_end().len();
        let continues = trimmed.ends_with('\\');
        let content = trimmed.trim_end_matches('\\');
        match &mut open {
            Some((_, last, _, rest)) => {
                *last = end;
                rest.push(' ');
                rest.push_str(content);
            }
            None => {
                let Some(keyword) = content.split_whitespace().next() else { continue };
                let indentation = line.len() - line.trim_start().len();
                open = Some((start + indentation, end, keyword, content[keyword.len()..].trim().to_owned()));
            }
        }
        if !continues {
            found.extend(open.take());
        }
    }
    found.extend(open);
    found
        .into_iter()
        .map(|(start, end, keyword, rest)| {
            (start as u32, end.max(start) as u32, keyword, words_of_json(rest))
        })
        .collect()
}

fn words_of_json(rest: String) -> String {
    match rest.strip_prefix('[').and_then(|inner| inner.trim_end().strip_suffix(']')) {
        Some(inner) => {
            inner.split(',').map(|word| word.trim().trim_matches('"')).collect::<Vec<_>>().join(" ")
        }
        None => rest,
    }
}

fn span(file: u32, yaml: &Yaml, from: YamlId, to: YamlId) -> Span {
    let (start, end) = (yaml.node(from).start, yaml.node(to).end);
    Span { file, start, end: end.max(start) }
}

/// A number behind a key, with the place of the entry.
fn number(file: u32, yaml: &Yaml, mapping: YamlId, key: &str) -> Option<(u32, Span)> {
    let (name, value) = yaml.entry(mapping, key)?;
    Some((number_of(yaml.text(value)?)?, span(file, yaml, name, value)))
}

/// The command line under several keys of one mapping (`command` and `args`), each a text or a list of words.
fn command(file: u32, yaml: &Yaml, mapping: YamlId, keys: [&str; 2]) -> Option<Command> {
    let mut words: Vec<&str> = Vec::new();
    let mut at: Option<Span> = None;
    for key in keys {
        let Some((name, value)) = yaml.entry(mapping, key) else { continue };
        let before = words.len();
        match yaml.text(value) {
            Some(text) => words.push(text),
            None => words.extend(yaml.items(value).into_iter().filter_map(|item| yaml.text(item))),
        }
        if words.len() > before && at.is_none() {
            at = Some(span(file, yaml, name, value));
        }
    }
    Some(Command { text: words.join(" "), at: at? })
}

fn compose(file: u32, yaml: &Yaml, found: &mut Vec<Workload>) {
    for services in yaml.documents().iter().filter_map(|&root| yaml.get(root, "services")) {
        for (key, service) in yaml.entries(services) {
            let replicas = yaml
                .get(service, "deploy")
                .and_then(|deploy| number(file, yaml, deploy, "replicas"))
                .or_else(|| number(file, yaml, service, "scale"));
            found.push(Workload {
                runs: Runs::Service,
                name: yaml.text(key).unwrap_or_default().to_owned(),
                heading: span(file, yaml, key, key),
                replicas,
                commands: command(file, yaml, service, ["entrypoint", "command"]).into_iter().collect(),
                images: yaml
                    .get(service, "image")
                    .and_then(|i| yaml.text(i))
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                is_built: yaml.get(service, "build").is_some(),
                concurrency_policy: None,
            });
        }
    }
}

fn kubernetes(file: u32, yaml: &Yaml, found: &mut Vec<Workload>) {
    for &document in yaml.documents() {
        match yaml.get(document, "kind").and_then(|kind| yaml.text(kind)) {
            Some("List") => {
                for item in yaml.get(document, "items").map(|items| yaml.items(items)).unwrap_or_default() {
                    found.extend(resource(file, yaml, item));
                }
            }
            _ => found.extend(resource(file, yaml, document)),
        }
    }
}

fn resource(file: u32, yaml: &Yaml, root: YamlId) -> Option<Workload> {
    let (key, value) = yaml.entry(root, "kind")?;
    let (runs, pod): (Runs, &[&str]) = match yaml.text(value)? {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Rollout" => {
            (Runs::Deployment, &["spec", "template", "spec"])
        }
        "Job" => (Runs::Once, &["spec", "template", "spec"]),
        "Pod" => (Runs::Once, &["spec"]),
        "CronJob" => (Runs::Scheduled, &["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => return None,
    };
    let spec = yaml.get(root, "spec")?;
    let containers: Vec<YamlId> = yaml.path(root, pod).map_or_else(Vec::new, |pod| {
        ["initContainers", "containers"]
            .iter()
            .filter_map(|key| yaml.get(pod, key))
            .flat_map(|list| yaml.items(list))
            .collect()
    });
    let policy = yaml
        .entry(spec, "concurrencyPolicy")
        .and_then(|(key, value)| Some((yaml.text(value)?.to_owned(), span(file, yaml, key, value))));
    Some(Workload {
        runs,
        name: yaml
            .path(root, &["metadata", "name"])
            .and_then(|n| yaml.text(n))
            .unwrap_or_default()
            .to_owned(),
        heading: span(file, yaml, key, value),
        replicas: number(file, yaml, spec, "replicas"),
        commands: containers.iter().filter_map(|&c| command(file, yaml, c, ["command", "args"])).collect(),
        images: containers
            .iter()
            .filter_map(|&c| yaml.text(yaml.get(c, "image")?))
            .map(str::to_owned)
            .collect(),
        is_built: false,
        concurrency_policy: policy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::source::Source;

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
    }

    #[test]
    fn processes_multiply() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let sources = [
            source(
                "Dockerfile",
                "FROM a\nENTRYPOINT [\"x\"]\nFROM b\nCMD [\"uvicorn\", \\\n  \"a:b\", \"--workers\", \"2\"]\n",
            ),
            source(
                "compose.yaml",
                "services:\n  web:\n    build: .\n    deploy: {replicas: 3}\n  db:\n    image: postgres:17\n    deploy: {replicas: 9}\n",
            ),
        ];
        let settings = Settings::default();
        let model = Model::new(&sources, &settings);
        let processes = model.processes().unwrap();
        assert_eq!(processes.count, 6);
        let places: Vec<_> =
            processes.because.iter().map(|(at, _)| (at.path(), at.range().start.line)).collect();
        assert_eq!(places, [("Dockerfile", 4), ("compose.yaml", 4)]);
    }
}
