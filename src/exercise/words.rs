//! What is said of an answer, in words. Code stands between backticks.

use crate::exercise::Exercise;
use crate::exercise::judge::{Fault, Marked, Said, Search, Verdict, covers};
use crate::exercise::names::is_definition;
use crate::report::{Report, Rule};

/// What an answer that is refused has achieved all the same. What the start did not do either is still to be done, and
/// nothing that the answer broke.
pub fn achieved(exercise: &Exercise, verdict: &Verdict, before: &Report, report: &Report) -> String {
    let is_still = |rule: &Rule| {
        verdict
            .faults
            .iter()
            .any(|fault| matches!(fault, Fault::Still(index) if report.findings[*index].rule == *rule))
    };
    let (still, gone): (Vec<Rule>, Vec<Rule>) = exercise.rules().into_iter().partition(is_still);
    let did =
        |of: &str, does: &str| before.effects.iter().any(|effect| effect.of == of && effect.does == does);
    let is_whole = verdict.faults.iter().all(|fault| match fault {
        Fault::Still(_) => true,
        Fault::Undone { of, does } => !did(of, does),
        _ => false,
    });
    match (&still[..], &gone[..]) {
        _ if verdict.faults.is_empty() || gone.is_empty() => "Not yet.".to_owned(),
        ([], _) => format!("Not yet: nothing of {} is found, but something else is wrong.", listed(&gone)),
        _ if is_whole => format!("Not yet: nothing of {} is left, that part is right.", listed(&gone)),
        _ => "Not yet.".to_owned(),
    }
}

/// `C1, F8 and I1`
pub fn listed(rules: &[Rule]) -> String {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id()).collect();
    match ids.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What is wrong with an answer.
pub fn fault(fault: &Fault, report: &Report) -> String {
    let found = |index: usize| {
        let finding = &report.findings[index];
        format!("{}, line {}: {}.", finding.rule, finding.range.start.line, finding.message)
    };
    match fault {
        Fault::Broken { path, line, message } => format!("`{path}`, line {line}: {message}."),
        Fault::Silenced => "A comment silences the checker. Here the code itself is to change.".to_owned(),
        Fault::Lost(name) => format!("`{name}` is gone, and others use it."),
        Fault::Undone { of, does } => format!("`{of}` has to {does}."),
        Fault::Harm { of, does } => format!("`{of}` must not {does}."),
        Fault::Missing(word) => format!("`{word}` is gone. The code has to do what it did."),
        Fault::Still(index) => found(*index),
        Fault::New(index) => format!("New: {}", found(*index)),
    }
}

/// What is said of one mark.
pub fn said(exercise: &Exercise, before: &Report, search: &Search, mark: &Marked, said: &Said) -> String {
    match said {
        Said::Right(index) => {
            let finding = &before.findings[*index];
            let (line, message) = (finding.range.start.line, &finding.message);
            let missed = |index: &usize| covers(&before.findings[*index], mark);
            let more = if search.missed.iter().any(missed) { " This line breaks one more rule." } else { "" };
            match covers(finding, mark) {
                true => format!("Right: {message}.{more}"),
                false => format!("Right: this is a part of it. Line {line}: {message}.{more}"),
            }
        }
        Said::OtherRule(turn) => {
            let hint = turn.and_then(|index| exercise.wrong_turns.get(index)).map_or("", |turn| &turn.hint);
            format!("The line is right, the rule is another. {hint}").trim_end().to_owned()
        }
        Said::PartOf(index, place) => {
            let note = before.findings[*index].because.get(*place).map_or("", |place| &place.note);
            format!("The rule is right, and this is a part of why: {note}. Mark the line that does it.")
        }
        Said::Elsewhere(index) => {
            let finding = &before.findings[*index];
            let line = finding.range.start.line;
            let file = exercise.start.iter().find(|file| file.path == mark.path);
            let text = file.map_or("", |file| &file.text);
            // The definitions from the mark on, down to the finding: only its own stands between them.
            let between = text.lines().take(line as usize).skip(mark.line as usize - 1);
            let heads = between.filter(|line| is_definition(line)).count();
            let is_head = text.lines().nth(mark.line as usize - 1).is_some_and(is_definition);
            match () {
                () if finding.path != mark.path => "The rule is right, the file is another.".to_owned(),
                () if is_head && heads == 1 && line > mark.line => {
                    "The rule is right, and it is in this function. Mark the line that does it.".to_owned()
                }
                () => {
                    let way = if line > mark.line { "down" } else { "up" };
                    format!("The rule is right, the line is another: look further {way}.")
                }
            }
        }
        Said::Trap(index) => exercise.traps.get(*index).map_or("", |trap| &trap.hint).to_owned(),
        Said::Nothing => match mark.rule {
            Some(rule) => format!("Nothing is wrong on this line, and nothing here is about {rule}."),
            None => "Nothing is wrong on this line.".to_owned(),
        },
        Said::NoRule => "Name the rule as well.".to_owned(),
    }
}
