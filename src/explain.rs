//! 'Why not?': what the checker knows of a line, and which condition of each rule is not met there.
//!
//! There is no second opinion: the rules run as in a check, and what they ask on the way is taken down
//! ([`Findings::asks`]).

use crate::explanation::{
    Answer, Call, Candidate, Definition, Explanation, Line, Place, RuleAnswer, Runs, Silence, Told,
};
use crate::ignores::Ignores;
use crate::report::{Finding, Range, Rule, RuleStatus, Status};
use crate::rules::{CHECKS, Check, Findings, Watched};
use crate::semantic::{Model, Node, ParsedFiles};
use crate::settings::Settings;
use crate::sorted::sorted;
use crate::source::Source;
use crate::syntax::{Kind, NodeId};

/// More places than these are not listed where all files are asked.
const MOST_CANDIDATES: usize = 20;

/// Explains why nothing, or nothing more, is found at a place. Deterministic, without I/O, and without a panic on any
/// input: a place that is not there is told as such.
pub fn explain(sources: &[Source], settings: &Settings, place: &Place) -> Explanation {
    explain_parsed(sources, &ParsedFiles::of(sources), settings, place)
}

/// The same of files that were read already.
pub fn explain_parsed(
    sources: &[Source],
    parsed: &ParsedFiles,
    settings: &Settings,
    place: &Place,
) -> Explanation {
    let model = Model::new(sources, parsed, settings);
    let ignores = Ignores::new(&model);
    let (line, asked) = match place {
        Place::Line { path, line, rule } => (Some((path.as_str(), *line)), *rule),
        Place::Rule(rule) => (None, Some(*rule)),
    };
    let mut rules = Vec::new();
    let mut silent = Vec::new();
    let mut told = Vec::new();
    for check in CHECKS.iter().filter(|check| asked.is_none_or(|asked| asked == check.rule)) {
        let is_off = settings.off.contains(&check.rule);
        if is_off && asked.is_none() {
            silent.push(check.rule);
            continue;
        }
        let run = Run::of(check, &model, &ignores, line);
        if !is_off {
            told.extend(run.here.iter().map(|finding| Told {
                rule: finding.rule,
                severity: finding.severity,
                message: finding.message.clone(),
            }));
        }
        let says_nothing = run.watched.candidates.is_empty()
            && run.here.is_empty()
            && run.watched.conforming.is_empty()
            && run.silenced.is_empty();
        if asked.is_none() && says_nothing {
            silent.push(check.rule);
        } else {
            rules.push(run.answer(check.rule, is_off, line.is_some()));
        }
    }
    let line = line.map(|(path, number)| look_at(&model, &ignores, path, number, told));
    Explanation { place: place.clone(), line, rules, silent }
}

/// One run of a rule over all files.
struct Run {
    status: RuleStatus,
    watched: Watched,
    /// The findings on the line, or all of them.
    here: Vec<Finding>,
    /// Those of them that a comment silences.
    silenced: Vec<Finding>,
}

impl Run {
    fn of(check: &Check, model: &Model<'_>, ignores: &Ignores, line: Option<(&str, u32)>) -> Self {
        let mut findings = Findings::watching(check.rule, model, line);
        (check.run)(model, &mut findings);
        let mut watched = findings.watched(ignores);
        let (mut here, mut silenced, status) = findings.finish(ignores);
        if let Some((path, number)) = line {
            here.retain(|finding| finding.path == path && is_on(finding.range, number));
            silenced.retain(|finding| finding.path == path && is_on(finding.range, number));
            watched.conforming.retain(|place| place.path == path && is_on(place.range, number));
        }
        Self { status, watched, here, silenced }
    }

    fn answer(self, rule: Rule, is_off: bool, at_line: bool) -> RuleAnswer {
        let Self { status, watched, here, silenced } = self;
        let Watched { mut candidates, mut conforming } = watched;
        let looked_at = candidates.len();
        let answer = sentence(&status, &here, &silenced, &candidates, &conforming, is_off, at_line);
        if !at_line {
            // What is nearest to a finding comes first: most conditions met.
            let key = |candidate: &Candidate| {
                let met = candidate.conditions.iter().filter(|known| known.answer == Answer::Met).count();
                (!candidate.is_found, std::cmp::Reverse(met))
            };
            candidates = sorted(candidates, &|one, other| key(one).cmp(&key(other)));
            // What fails at the first question is hardly of the kind that is looked at.
            let comes_near = |candidate: &Candidate| {
                candidate.conditions.first().is_some_and(|first| first.answer == Answer::Met)
            };
            if candidates.first().is_some_and(comes_near) {
                candidates.retain(comes_near);
            }
        }
        candidates.truncate(MOST_CANDIDATES);
        conforming.truncate(MOST_CANDIDATES);
        RuleAnswer {
            rule,
            is_off,
            status: status.status,
            answer,
            looks_at: looks_at(rule).to_owned(),
            candidates,
            looked_at,
            conforming,
        }
    }
}

fn is_on(range: Range, line: u32) -> bool {
    range.start.line <= line && line <= range.end.line
}

/// The answer in short.
fn sentence(
    status: &RuleStatus,
    here: &[Finding],
    silenced: &[Finding],
    candidates: &[Candidate],
    conforming: &[crate::report::Evidence],
    is_off: bool,
    at_line: bool,
) -> String {
    let place = if at_line { "on this line" } else { "in the given files" };
    let mut text =
        if is_off { "the settings switch this rule off; if it were on: ".to_owned() } else { String::new() };
    if let Some(first) = here.first() {
        let more = if here.len() > 1 { format!(", and {} more", here.len() - 1) } else { String::new() };
        text += &format!("it does find something {place}: {}{more}", first.message);
        return text;
    }
    if let Some(first) = silenced.first() {
        text += &format!("it finds something {place}, which a comment silences: {}", first.message);
        return text;
    }
    let unmet = candidates
        .iter()
        .flat_map(|candidate| candidate.conditions.iter().find(|condition| condition.answer != Answer::Met));
    // The condition that decides where the most are met.
    let nearest = candidates
        .iter()
        .max_by_key(|candidate| {
            candidate.conditions.iter().filter(|condition| condition.answer == Answer::Met).count()
        })
        .and_then(|candidate| candidate.conditions.iter().find(|known| known.answer != Answer::Met));
    if let Some(condition) = nearest {
        text += &format!("it finds nothing {place}: ");
        // 'Nothing limits it' is not met: that would be a negation too many.
        if condition.answer != Answer::NotMet || !condition.what.starts_with("no") {
            text += &format!("‘{}’ is {}: ", condition.what, condition.answer.words());
        }
        text += &condition.fact;
        let others = unmet.count() - 1;
        if others > 0 {
            text += &format!(" ({others} more looked at)");
        }
    } else if let Some(first) = conforming.first() {
        text += &format!("it finds nothing {place}: {}", first.note);
    } else {
        text += &match status.status {
            Status::Violated => format!("it looks at nothing {place}; elsewhere it finds something"),
            Status::Conforms => format!("it looks at nothing {place}; elsewhere code conforms to it"),
            Status::Silenced => {
                format!("it looks at nothing {place}; elsewhere comments silence what it finds")
            }
            Status::NotSeen => {
                format!("nothing of the kind that it looks at was seen {place}")
            }
        };
    }
    text
}

/// The kinds of code that a rule looks at.
const fn looks_at(rule: Rule) -> &'static str {
    match rule {
        Rule::C1 => {
            "rows and shared dictionaries that are read, decided about or computed from, and written back"
        }
        Rule::C2 => "rows that several requests compete for, and how they are selected",
        Rule::C3 => "sessions of a database, and which tasks and threads use them",
        Rule::C4 => "engines, pools and clients that keep connections, and where they are built",
        Rule::C5 => "calls in `async def` functions, and what they reach",
        Rule::C6 => "`gather` and its like, and task groups, over what may have any length",
        Rule::C7 => "writes to other systems and inserts that are retried, or that a client repeats",
        Rule::C8 => "schedulers and jobs, and in how many replicas they run",
        Rule::C9 => "graphs with a checkpointer, and the ids of their threads",
        Rule::F1 => "calls that reach another system and take a time limit",
        Rule::F2 => "retries: decorators, clients that try again, loops",
        Rule::F3 => "calls to models on the chat path, and what happens where one fails",
        Rule::F4 => "calls to slow systems that share a pool or a process with others",
        Rule::F5 => "loops over many things of which one may fail",
        Rule::F6 => "the start and the stop of the application, and what the container does then",
        Rule::F7 => "probes and health checks, in code and in deployment files",
        Rule::F8 => "answers to clients that tell of a failure",
        Rule::I1 => "queries on rows that belong to tenants, searches, caches and conversations",
        Rule::I2 => "routes and calls that cost something, and the limits of each tenant",
        Rule::I3 => "background tasks, streams and loops whose failure could end more than themselves",
        Rule::I4 => "ports, networks and proxies in deployment files, and who may reach them",
        Rule::I5 => "what a module or an application keeps in memory between requests",
        Rule::I6 => "limits of containers, and what grows with requests",
        Rule::O1 => "log records, prints, and how logging is set up",
        Rule::O2 => "calls to models and graphs, and whether their runs are traced",
        Rule::O3 => "values in code that a deployment should decide: secrets, addresses, variables",
        Rule::O4 => "Alembic migrations",
        Rule::O5 => "images, tags and pipelines in deployment files",
    }
}

// The line

fn look_at(model: &Model<'_>, ignores: &Ignores, path: &str, number: u32, findings: Vec<Told>) -> Line {
    let mut line = Line {
        text: String::new(),
        kind: None,
        notes: Vec::new(),
        within: Vec::new(),
        runs: Runs::Unknown,
        runs_because: String::new(),
        calls: Vec::new(),
        findings,
        silenced_by: Vec::new(),
    };
    let Some(index) = model.files.iter().position(|file| file.path == path) else {
        line.notes.push(format!("`{path}` is not among the given files"));
        return line;
    };
    let file = &model.files[index];
    line.kind = Some(file.kind);
    let Some(start) = file.lines.start_of(number).filter(|_| number > 0) else {
        line.notes.push(format!("`{path}` has no line {number}"));
        return line;
    };
    let text = file.text.get(start as usize..).unwrap_or_default().split(['\n', '\r']).next();
    line.text = text.unwrap_or_default().trim().to_owned();
    line.silenced_by = ignores
        .on_line(model, path, number)
        .into_iter()
        .map(|(rules, line)| Silence { rules, line })
        .collect();
    for problem in &file.tree.problems {
        line.notes.push(format!(
            "the file cannot be read as it stands: {} (line {})",
            problem.message,
            file.lines.line(problem.start)
        ));
    }
    if file.kind != crate::report::FileKind::Python {
        line.notes.push(
            "this file is no Python: what is known of calls and contexts is for Python alone".to_owned(),
        );
        return line;
    }
    if file.is_test {
        line.notes
            .push("the file is a test, by its path or its imports: most rules leave it alone".to_owned());
    }
    if file.is_migration {
        line.notes.push("the file is a migration: most rules leave it alone".to_owned());
    }
    if file.is_script {
        line.notes.push("the file is a script, run by hand: some rules leave it alone".to_owned());
    }
    let node = |id: NodeId| model.node(crate::semantic::Place { file: index as u32, node: id });
    let calls: Vec<Node<'_>> = node(0).calls_within().filter(|call| is_on(call.range(), number)).collect();
    line.calls =
        calls.iter().filter(|call| is_written_on(**call, number)).map(|call| told_of(*call)).collect();
    // The innermost node that begins there, else the definition around the line.
    let inside = (0..file.tree.nodes.len() as NodeId)
        .map(node)
        .find(|node| node.line() == number && !matches!(node.kind(), Kind::Module | Kind::Block));
    let around = (file.tree.functions.iter().chain(&file.tree.classes))
        .map(|&id| node(id))
        .filter(|definition| !definition.is(Kind::Lambda) && is_on(definition.range(), number))
        .max_by_key(|definition| definition.id);
    if let Some(definition) = around {
        let chain = std::iter::once(definition).chain(
            definition.ancestors().filter(|node| matches!(node.kind(), Kind::FunctionDef | Kind::ClassDef)),
        );
        line.within = chain.map(defined).collect();
    }
    // The heading of a function belongs to its surroundings; who asks means the function.
    let runs = match around.filter(|definition| definition.is(Kind::FunctionDef)) {
        Some(function) => function.body().and_then(|body| body.children().next()).map(Node::runs),
        None => inside.map(Node::runs),
    };
    match runs {
        Some((runs, because)) => (line.runs, line.runs_because) = (runs, because),
        None => line.runs_because = "there is no code on this line".to_owned(),
    }
    line
}

/// Whether a call's own words stand on the line: its callee, or one of its arguments' beginnings.
fn is_written_on(call: Node<'_>, line: u32) -> bool {
    let ends = call.callee().map_or(call.line(), |callee| callee.range().end.line);
    call.line() <= line && line <= ends || call.line() == line
}

fn told_of(call: Node<'_>) -> Call {
    let (is_known, callee) = call.callee_in_words();
    Call {
        text: call.excerpt(),
        range: call.range(),
        is_known,
        callee,
        is_awaited: call.is_awaited(),
        facts: call.facts_in_words(),
    }
}

fn defined(definition: Node<'_>) -> Definition {
    let mut what = match definition.kind() {
        Kind::ClassDef => "class",
        _ if definition.is_async() => "async def",
        _ => "def",
    }
    .to_owned();
    if definition.is(Kind::FunctionDef) {
        for role in definition.roles_in_words() {
            what.push_str(", ");
            what.push_str(&role);
        }
    }
    Definition { name: definition.qualified_name(), what, line: definition.line() }
}
