//! C6: as many coroutines are started at once as the input has elements.
//!
//! `fan_outs` finds what is started for each element, `sources` says how many there may be and who decides that, `limits`
//! what keeps them from running at once. Each kind of what is started is a file that judges by these.

mod branches;
mod coroutines;
mod fan_outs;
mod jobs;
mod limits;
mod many_inputs;
mod sources;
mod threads;

use crate::rules::Findings;
use crate::semantic::Model;
use crate::stack::{ClassTag, Tag};

/// The defect.
const AT_ONCE: &str = "as many coroutines at once as the input has elements";

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for (call, api) in model.known_calls().filter(|(call, _)| !call.is_outside_production()) {
        if api.has(Tag::Gathers) {
            let fan_out = fan_outs::gathered(call);
            findings.asks(
                call,
                AT_ONCE,
                "what is started comes from something of any length",
                fan_out.is_some(),
                &|| match &fan_out {
                    Some(fan_out) => format!("one for each element of `{}`", fan_out.iterable.excerpt()),
                    None => {
                        "the coroutines are written out one by one, or come from what the code does not show"
                            .to_owned()
                    }
                },
            );
            if let Some(fan_out) = fan_out {
                coroutines::check(call, &fan_out, findings);
            }
        } else if api.has(Tag::StartsTask) && api.class.is_some_and(|class| class.has(ClassTag::TaskGroup)) {
            if let Some(fan_out) = fan_outs::started_in_loop(call) {
                coroutines::check(call, &fan_out, findings);
            }
        } else if api.has(Tag::StartsTask) {
            if let Some(fan_out) = fan_outs::started_one_by_one(call) {
                coroutines::check(call, &fan_out, findings);
            }
        } else if api.has(Tag::Branches) {
            branches::check(call, findings);
        } else if api.has(Tag::QueuesMany) {
            jobs::check(call, findings);
        } else if api.has(Tag::EmbedsMany) {
            many_inputs::embedded(call, findings);
        } else if api.has(Tag::ManyInputs) {
            many_inputs::check(call, findings);
        } else if api.is_constructor && api.class.is_some_and(|class| class.has(ClassTag::Executor)) {
            threads::executor(call, findings);
        } else if api.is_constructor && api.has(Tag::Offloads) {
            threads::check(call, findings);
        }
    }
}
