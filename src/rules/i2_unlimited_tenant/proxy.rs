//! A proxy that hands on bodies of any size.

use super::bodies::limits_size;
use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::Model;

pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    for ingress in model.ingresses() {
        for (_, _, at) in
            ingress.annotations.iter().filter(|(name, value, _)| name.ends_with("body-size") && value == "0")
        {
            findings
                .report(
                    model.stretch(*at),
                    Severity::Low,
                    Certainty::Sure,
                    "the ingress lets bodies of any size through",
                )
                .because(model.stretch(*at), "`0` switches its limit off")
                .conforming(
                    "Say what the largest upload needs: `nginx.ingress.kubernetes.io/proxy-body-size: 25m`.",
                );
        }
    }
    let directives = model.proxy_directives();
    let limit = directives.iter().find(|directive| limits_size(directive));
    if let Some(limit) = limit {
        findings.conforms(model.stretch(limit.at), "the proxy refuses bodies that are too large");
        return;
    }
    let forwards = directives.iter().find(|directive| directive.words.first() == Some(&"reverse_proxy"));
    let Some(forwards) = forwards else { return };
    let site = directives
        .iter()
        .filter(|directive| directive.parent.is_none() && directive.at.file == forwards.at.file)
        .rfind(|site| site.at.start <= forwards.at.start);
    let at = model.stretch(site.map_or(forwards.at, |site| site.at));
    findings
        .report(at, Severity::Low, Certainty::Sure, "the proxy lets bodies of any size through")
        .because(model.stretch(forwards.at), "sends on whatever comes")
        .conforming(
            "Refuse what is too large before it reaches the application: `request_body { max_size 25MB }`.",
        );
}
