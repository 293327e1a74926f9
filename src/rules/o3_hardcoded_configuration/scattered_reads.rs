//! A file that asks the environment by itself for several variables, after the start.
//!
//! Quiet in tests, scripts, migrations and the files that are there for configuration, and about what only stands in for an
//! argument that the caller left out.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{EnvironmentRead, Model, Node, has_word, is_system_variable};
use crate::syntax::{Kind, Operator};

/// From this many variables on a file is said to ask the environment by itself.
const SCATTERED: usize = 3;

pub fn check(model: &Model<'_>, reads: &[EnvironmentRead<'_>], findings: &mut Findings<'_>) {
    // Where there is no place for settings yet, or the program sets variables itself, it may be meant so.
    let has_settings = model.python().any(|(file, data)| !data.is_test && model.is_named_for_settings(file))
        || model
            .classes()
            .any(|class| !class.source_file().is_test && model.is_settings_class(class.place()));
    let is_written = model.process_changes().iter().any(|change| !change.at.is_outside_production());
    let alone = model.python().filter(|(_, file)| !file.is_test).count() <= 3;
    let certainty =
        if has_settings || (alone && !is_written) { Certainty::Sure } else { Certainty::Question };
    for (file, data) in model.python() {
        if data.is_test || data.is_migration || data.is_script || model.is_configuration_file(file) {
            continue;
        }
        let mut names: Vec<&str> = Vec::new();
        let mut places: Vec<Node<'_>> = Vec::new();
        for read in reads.iter().filter(|read| read.at.file == file && is_late(read, has_settings)) {
            if !names.contains(&read.name) {
                names.push(read.name);
                places.push(read.at);
            }
        }
        if names.len() >= SCATTERED {
            report(&places, certainty, findings);
        }
    }
}

/// Whether a read asks for something of the application's own, in a place where that is late.
fn is_late(read: &EnvironmentRead<'_>, has_settings: bool) -> bool {
    let is_named_for_it = |name: &str, words: &[&str]| has_word(name, words);
    // Not set is an answer as well, or somebody else is asked first.
    if is_system_variable(read.name) || read.at.asks_whether_set() || read.at.is_last_resort() {
        return false;
    }
    // The default of a field is what its owner may give otherwise.
    (read.at.function().is_some() || read.at.class().is_none())
        && !(is_of_constructor(read.at) && stands_in(read.at))
        && !read
            .at
            .class()
            .is_some_and(|class| is_named_for_it(class.name(), &["config", "settings", "options"]))
        // Without a place for settings, what a module asks for when it is imported at least shows at once.
        && read.at.function().map_or(has_settings, |function| {
            // An object that asks when it is made, for what its caller left out, is made at the start.
            (has_settings || function.name() != "__init__")
                && !is_named_for_it(function.name(), &["config", "settings", "env", "environment"])
        })
}

/// `places` has the first read of each variable.
fn report(places: &[Node<'_>], certainty: Certainty, findings: &mut Findings<'_>) {
    let mut draft = findings
        .report(
            places[0],
            Severity::Low,
            certainty,
            format!("this file asks the environment for {} variables by itself", places.len()),
        )
        .because(
            places[0],
            match places[0].function() {
                Some(_) => "a missing or a wrong value shows only when this runs",
                None => "asked when this file is imported, beside the settings that say what there is to set",
            },
        );
    for place in places.iter().skip(1).take(4) {
        draft = draft.because(*place, "asks by itself as well");
    }
    draft.conforming(
        "Read them in the settings, `settings = Settings()` at import, and take them from there.",
    );
}

fn is_of_constructor(at: Node<'_>) -> bool {
    at.function().is_some_and(|function| function.name() == "__init__")
}

/// `key or os.getenv("KEY")`: for what the caller left out.
fn stands_in(at: Node<'_>) -> bool {
    at.surroundings().any(|around| match around.kind() {
        Kind::BoolOp => {
            around.operator() == Operator::Or
                && around.children().next().is_some_and(|first| !first.contains(at))
        }
        Kind::Conditional | Kind::If => true,
        _ => false,
    })
}
