//! Says whether an answer is right, and what is still wrong with it.

use crate::exercise::{Exercise, Sign, names};
use crate::report::{Certainty, Effect, Finding, Problem, Report, Rule};
use crate::source::Source;

/// What is said of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// The index of the wrong turn that was taken, whose hint is the best thing to say.
    pub wrong_turn: Option<usize>,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was done yet.
    Untouched,
    Refused,
    Accepted,
}

/// Something that is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read, or breaks when it runs: where, and why.
    Broken { path: String, line: u32, message: String },
    /// A comment silences the checker.
    Silenced,
    /// A function or class that others use is gone, or all that a file does.
    Lost(String),
    /// What the start and every listed solution do is not done: the function, class or file, and what it has to do.
    Undone { of: String, does: String },
    /// What none of them does, and nobody should: whose it is, and what it does.
    Harm { of: String, does: String },
    /// A word that has to stay is gone.
    Missing(String),
    /// What the start violates is still there: the index of its finding.
    Still(usize),
    /// What the start did not violate: the index of its finding.
    New(usize),
}

/// Judges an answer by its text and by what the checker says of it, of the start and of the listed solutions. What all of
/// those do is what the code is for, so an answer does it too, in whatever way.
pub fn judge(
    exercise: &Exercise,
    before: &Report,
    listed: &[Report],
    files: &[Source],
    report: &Report,
) -> Verdict {
    if files == exercise.start {
        return Verdict { outcome: Outcome::Untouched, wrong_turn: None, faults: Vec::new() };
    }
    let mut faults = Vec::new();
    // What the start has as well is no fault of the answer.
    let is_old = |problem: &&Problem| {
        before.problems.iter().any(|old| old.path == problem.path && old.message == problem.message)
    };
    // The first error of a file brings the others with it, and what cannot be read may still define what seems gone.
    let mut broken: Vec<&str> = Vec::new();
    for problem in report.problems.iter().filter(|problem| !is_old(problem)) {
        if problem.message.starts_with("syntax error") {
            if broken.contains(&&*problem.path) {
                continue;
            }
            broken.push(&problem.path);
        }
        faults.push(Fault::Broken {
            path: problem.path.clone(),
            line: problem.range.start.line,
            message: problem.message.clone(),
        });
    }
    // In strings it silences nothing, and nobody needs it there.
    if files.iter().any(|file| file.text.contains("rubric: ignore")) {
        faults.push(Fault::Silenced);
    }
    if broken.is_empty() {
        faults.extend(undone(before, listed, report));
    }
    let missing = exercise.keep.iter().filter(|word| !names::has_word(files, word));
    faults.extend(missing.cloned().map(Fault::Missing));
    // The start loses errors, and so do solutions: what else is lost is not asked for here.
    let loses = |report: &Report| report.effects.iter().any(|effect| effect.does == Effect::LOSES_ERROR);
    let is_lossy = loses(before) && listed.iter().any(loses);
    for (index, finding) in report.findings.iter().enumerate() {
        let of = |report: &Report| {
            report
                .findings
                .iter()
                .filter(|other| other.rule == finding.rule && is_question(other) == is_question(finding))
                .count()
        };
        let was_violated = of(before) > 0;
        match (was_violated, is_question(finding)) {
            (true, false) => faults.push(Fault::Still(index)),
            (true, true) if of(report) <= of(before) => {}
            _ if finding.rule == Rule::F5 && is_lossy => {}
            _ => faults.push(Fault::New(index)),
        }
    }
    let wrong_turn = exercise.wrong_turns.iter().position(|turn| {
        let mut signs = turn.signs.iter().filter(|sign| !matches!(sign, Sign::Named(_))).peekable();
        signs.peek().is_some() && signs.all(|sign| shows(sign, before, files, report, &faults))
    });
    let accepted = faults.is_empty() && wrong_turn.is_none();
    Verdict { outcome: if accepted { Outcome::Accepted } else { Outcome::Refused }, wrong_turn, faults }
}

/// What an answer does not do though every listed solution does, and what it does though none of them does.
fn undone(before: &Report, listed: &[Report], report: &Report) -> Vec<Fault> {
    let (first, others) = listed.split_first().unwrap_or((before, &[]));
    let mut faults = Vec::new();
    let wanted = first
        .effects
        .iter()
        .filter(|effect| !effect.is_harm && others.iter().all(|solution| solution.effects.contains(effect)));
    for Effect { of, does, .. } in wanted.filter(|effect| !report.effects.contains(effect)) {
        let is_gone = !report.effects.iter().any(|effect| effect.of == *of);
        let fault = match is_gone {
            true => Fault::Lost(of.clone()),
            false => Fault::Undone { of: of.clone(), does: does.clone() },
        };
        let says_so = |known: &Fault| {
            *known == fault
                || matches!((known, &fault), (Fault::Undone { does, .. }, Fault::Undone { does: new, .. }) if does == new)
        };
        if !faults.iter().any(says_so) {
            faults.push(fault);
        }
    }
    // What is new, a helper say, may be as it likes.
    let was_there = |effect: &Effect| before.effects.iter().any(|known| known.of == effect.of);
    let does = |fits: &dyn Fn(&Effect) -> bool| {
        others.iter().chain([first]).any(|solution| solution.effects.iter().any(fits))
    };
    // What none of them puts anywhere is another way to the same.
    let is_known = |effect: &Effect| {
        does(&|known| known == effect)
            || effect.does.split_once(" into ").is_some_and(|(what, _)| {
                !does(&|known| known.of == effect.of && known.does.starts_with(what))
            })
    };
    let harms =
        report.effects.iter().filter(|effect| effect.is_harm && was_there(effect) && !is_known(effect));
    faults.extend(harms.map(|Effect { of, does, .. }| Fault::Harm { of: of.clone(), does: does.clone() }));
    faults
}

fn is_question(finding: &Finding) -> bool {
    finding.certainty == Certainty::Question
}

fn shows(sign: &Sign, before: &Report, files: &[Source], report: &Report, faults: &[Fault]) -> bool {
    match sign {
        Sign::Found(rule, part) => {
            report.findings.iter().any(|finding| finding.rule == *rule && finding.message.contains(part))
        }
        Sign::New(rule) => {
            let has = |report: &Report| report.findings.iter().any(|finding| finding.rule == *rule);
            has(report) && !has(before)
        }
        Sign::Lost(name) => faults
            .iter()
            .any(|fault| matches!(fault, Fault::Lost(lost) | Fault::Missing(lost) if lost == name)),
        Sign::Text(text) => names::has_text(files, text),
        Sign::NoText(text) => !names::has_text(files, text),
        Sign::Named(_) => false,
    }
}

/// A line that somebody holds for wrong, and the rule by which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    pub path: String,
    pub line: u32,
    pub rule: Option<Rule>,
}

/// What is said of a marked line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is there, or so near that it means the same: the index of the finding.
    Right(usize),
    /// The line is right, the rule is not: what the wrong turn for that rule says, if there is one.
    OtherRule(Option<usize>),
    /// The rule is right, and the line a part of the reason: the indices of the finding and of the place.
    PartOf(usize, usize),
    /// The rule is right, and the line has nothing to do with it: the index of the finding.
    Elsewhere(usize),
    /// It looks wrong and is not: the index of the trap.
    Trap(usize),
    /// Nothing is wrong there, and the rule is none of those that are violated.
    Nothing,
    /// No rule was named yet.
    NoRule,
}

/// What is said of all marks together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is said of each mark, in their order.
    pub said: Vec<Said>,
    /// The findings that no mark speaks of, by their indices.
    pub missed: Vec<usize>,
}

impl Search {
    /// Whether everything was found, and nothing else.
    pub fn is_right(&self) -> bool {
        self.missed.is_empty() && self.said.iter().all(|said| matches!(said, Said::Right(_)))
    }
}

/// Judges marks by what the checker says of the start.
pub fn judge_marks(exercise: &Exercise, before: &Report, marks: &[Marked]) -> Search {
    let sure: Vec<usize> =
        (0..before.findings.len()).filter(|&index| !is_question(&before.findings[index])).collect();
    let findings = |fits: &dyn Fn(&Finding) -> bool| -> Vec<usize> {
        sure.iter().copied().filter(|&index| fits(&before.findings[index])).collect()
    };
    // One that is on the very line is not left to a mark that is only near.
    let mut found: Vec<usize> = Vec::new();
    for mark in marks {
        found.extend(findings(&|finding| mark.rule == Some(finding.rule) && covers(finding, mark)));
    }
    let said: Vec<Said> = marks
        .iter()
        .map(|mark| {
            let Some(rule) = mark.rule else { return Said::NoRule };
            let of_rule =
                |fits: &dyn Fn(&Finding) -> bool| findings(&|finding| finding.rule == rule && fits(finding));
            if let [index, ..] = of_rule(&|finding| covers(finding, mark))[..] {
                return Said::Right(index);
            }
            // A trap may lie within the lines of a finding.
            let trap =
                exercise.traps.iter().position(|trap| trap.path == mark.path && trap.line == mark.line);
            if let Some(index) = trap {
                return Said::Trap(index);
            }
            if !findings(&|finding| covers(finding, mark)).is_empty() {
                let turn =
                    exercise.wrong_turns.iter().position(|turn| turn.signs.contains(&Sign::Named(rule)));
                return Said::OtherRule(turn);
            }
            let near = of_rule(&|finding| names::is_near(&exercise.start, finding, mark));
            if let Some(index) = near.iter().find(|index| !found.contains(index)).or(near.first()) {
                found.push(*index);
                return Said::Right(*index);
            }
            let all = of_rule(&|_| true);
            let part = all.iter().find_map(|&index| {
                let because = &before.findings[index].because;
                let place = because
                    .iter()
                    .position(|place| place.path == mark.path && place.range.start.line == mark.line);
                Some(Said::PartOf(index, place?))
            });
            let still = all.iter().find(|index| !found.contains(index)).or(all.first());
            part.or_else(|| still.map(|&index| Said::Elsewhere(index))).unwrap_or(Said::Nothing)
        })
        .collect();
    let missed = sure.into_iter().filter(|index| !found.contains(index)).collect();
    Search { said, missed }
}

/// Whether a mark is on a line of a finding.
pub fn covers(finding: &Finding, mark: &Marked) -> bool {
    finding.path == mark.path && (finding.range.start.line..=finding.range.end.line).contains(&mark.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check_running;
    use crate::exercise::read::read;
    use crate::settings::Settings;

    const TEXT: &str = "---
kind: mend it
title: A
keep: get
---
The task.

```py
import requests


async def feed():
    return requests.get('http://a', timeout=5)  # violates: C5


def other():
    pass  # trap: it does nothing
```

## Hints
1. a
2. b
3. c

## Reason
d

## Solution: one
```diff
-async def feed():
+def feed():
```

## Wrong turn: sleep
Names: F1
When: found C5 and text \"timeout=1)\"
Not yet.
```diff
-    return requests.get('http://a', timeout=5)
+    return requests.get('http://a', timeout=1)
```
";

    fn exercise() -> Exercise {
        read("c5-a", Some(Rule::C5), TEXT).unwrap_or_else(|(line, message)| panic!("{line}: {message}"))
    }

    fn report(files: &[Source]) -> Report {
        check_running(files, &Settings::default())
    }

    fn judged(text: &str) -> Verdict {
        let exercise = exercise();
        let files = vec![Source { path: "main.py".to_owned(), text: text.to_owned() }];
        let listed: Vec<Report> = exercise.solutions.iter().map(|solution| report(&solution.files)).collect();
        judge(&exercise, &report(&exercise.start), &listed, &files, &report(&files))
    }

    #[test]
    fn the_start_is_untouched_and_a_listed_solution_is_accepted() {
        let exercise = exercise();
        assert_eq!(judged(&exercise.start[0].text).outcome, Outcome::Untouched);
        assert_eq!(judged(&exercise.solutions[0].files[0].text).outcome, Outcome::Accepted);
    }

    #[test]
    fn cheating_is_no_solution() {
        let start = exercise().start[0].text.clone();
        let faults = |text: &str| judged(text).faults;
        assert_eq!(faults("def other(): pass\n"), [Fault::Lost("feed".into()), Fault::Missing("get".into())]);
        let silenced = start.replace("timeout=5)", "timeout=5)  # rubric: ignore[C5] no time");
        assert_eq!(faults(&silenced), [Fault::Silenced]);
        assert!(matches!(faults(&format!("{start}def\n"))[0], Fault::Broken { line: 10, .. }));
        // One error makes others, and `feed` may well be there.
        assert!(matches!(faults("import requests\n\nasync def fee(\nget = 1\n")[..], [Fault::Broken { .. }]));
        let unrun = start.replace("requests.get(", "await asyncio.to_thread(requests.get, ");
        assert!(
            matches!(&faults(&unrun)[0], Fault::Broken { line: 5, message, .. } if message.contains("`asyncio`"))
        );
        let worse = start.replace("async def feed", "def feed").replace(", timeout=5", "");
        assert_eq!(faults(&worse), [Fault::New(0)]);
    }

    #[test]
    fn an_answer_does_what_the_listed_solutions_do() {
        let mended = exercise().solutions[0].files[0].text.clone();
        let fault = |from: &str, to: &str| judged(&mended.replace(from, to)).faults;
        let undone = |does: &str| vec![Fault::Undone { of: "feed".to_owned(), does: does.to_owned() }];
        assert_eq!(
            fault("    return requests", "    requests"),
            [undone("return a value"), undone("use what an HTTP server answers")].concat()
        );
        let caught = "    try:\n        return requests.get('http://a', timeout=5)\n    except Exception:\n        pass";
        let harm = Fault::Harm { of: "feed".to_owned(), does: "pass over an error".to_owned() };
        assert_eq!(fault("    return requests.get('http://a', timeout=5)", caught), [harm]);
        // A limit may be another one, and the work may move.
        assert!(fault("timeout=5", "timeout=9").is_empty());
        assert!(fault("def feed():", "def feed():\n    return _load()\n\n\ndef _load():").is_empty());
    }

    #[test]
    fn a_wrong_turn_is_known_by_its_signs() {
        let turn = exercise().wrong_turns[0].files[0].text.clone();
        let verdict = judged(&turn);
        assert_eq!((verdict.wrong_turn, verdict.faults), (Some(0), vec![Fault::Still(0)]));
        let verdict = judged(&turn.replace("timeout=1", "timeout=5"));
        assert_eq!(verdict.outcome, Outcome::Untouched);
    }

    #[test]
    fn marks_are_judged_one_by_one() {
        let exercise = exercise();
        let before = report(&exercise.start);
        let said = |line, rule| {
            let mark = Marked { path: "main.py".to_owned(), line, rule };
            let search = judge_marks(&exercise, &before, &[mark]);
            (search.said[0].clone(), search.is_right())
        };
        assert_eq!(said(5, Some(Rule::C5)), (Said::Right(0), true));
        assert_eq!(said(5, Some(Rule::F1)), (Said::OtherRule(Some(0)), false));
        assert_eq!(said(5, Some(Rule::O1)), (Said::OtherRule(None), false));
        assert_eq!(said(5, None), (Said::NoRule, false));
        // The line of `async def` is a part of why.
        assert_eq!(said(4, Some(Rule::C5)), (Said::Right(0), true));
        assert_eq!(said(9, Some(Rule::C5)), (Said::Trap(0), false));
        assert_eq!(said(1, Some(Rule::C5)), (Said::Elsewhere(0), false));
        assert_eq!(said(1, Some(Rule::F8)), (Said::Nothing, false));
        assert_eq!(judge_marks(&exercise, &before, &[]).missed, [0]);
    }
}
