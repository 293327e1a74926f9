//! O3: a secret is written down, has a default, or configuration is read here and there.
//!
//! Each way of it is a file of this folder. A line that several of them would tell is told once, by the first.

mod copied_files;
mod deployment_secrets;
mod optional_secrets;
mod readable_defaults;
mod scattered_reads;
mod secret_forms;
mod undocumented_variables;
mod written_secrets;

use rustc_hash::FxHashSet;

use super::Findings;
use crate::semantic::{Model, Node};

/// The advice for a secret in the code.
const OUT_OF_CODE: &str = "Read it from the environment through the settings, `signing_secret: SecretStr` without a default, and change it: whoever has the repository has it too.";

pub fn check<'m>(model: &'m Model<'m>, findings: &mut Findings<'_>) {
    let mut told = Told::default();
    secret_forms::check(model, &mut told, findings);
    for variable in model.set_variables() {
        deployment_secrets::check(model, &variable, &mut told, findings);
    }
    let reads = model.environment_reads();
    for read in reads.iter().filter(|read| is_production(read.at)) {
        readable_defaults::of_read(*read, &mut told, findings);
    }
    for class in settings_classes(model) {
        for field in model.fields(class.place()) {
            readable_defaults::of_field(field, &mut told, findings);
        }
    }
    written_secrets::check(model, &mut told, findings);
    scattered_reads::check(model, &reads, findings);
    undocumented_variables::read_by_code(model, &reads, findings);
    undocumented_variables::demanded_by_compose(model, findings);
    copied_files::check(model, findings);
}

/// Lines on which a secret was told already.
#[derive(Default)]
struct Told(FxHashSet<(u32, u32)>);

impl Told {
    /// Whether a line was told before; it is from now on.
    fn before(&mut self, file: u32, line: u32) -> bool {
        !self.0.insert((file, line))
    }
}

fn is_production(node: Node<'_>) -> bool {
    !node.source_file().is_test
}

/// The classes whose fields are read from the environment.
fn settings_classes<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Node<'m>> {
    model.classes().filter(|class| is_production(*class) && model.is_settings_class(class.place()))
}
