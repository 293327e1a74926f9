//! Secrets that are built into what every browser loads.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{Model, SetBy, has_word, is_secret_name};

const FOR_BROWSERS: &str = "a secret in what every browser loads";

/// Secrets that are built into what a browser loads: tools put variables with these prefixes there.
pub fn check(model: &Model<'_>, findings: &mut Findings<'_>) {
    const PREFIXES: [&str; 6] =
        ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_"];
    // Keys that are made to be seen.
    const SEEN: [&str; 15] = [
        "public",
        "publishable",
        "anon",
        "site",
        "firebase",
        "maps",
        "map",
        "mapbox",
        "sentry",
        "posthog",
        "analytics",
        "recaptcha",
        "turnstile",
        "search",
        "client",
    ];
    for variable in model.set_variables().iter().filter(|variable| variable.by != SetBy::Example) {
        let Some(name) = PREFIXES.iter().find_map(|prefix| variable.name.strip_prefix(prefix)) else {
            continue;
        };
        let is_seen = has_word(name, &SEEN);
        let at = model.stretch(variable.at);
        if !findings.asks_whether(
            at,
            FOR_BROWSERS,
            "it is a secret by its name",
            is_secret_name(name),
            ["what follows the prefix says so", "what follows the prefix doesn't say so"],
        ) || !findings.asks_whether(
            at,
            FOR_BROWSERS,
            "it is given, and not made to be seen",
            !(is_seen || variable.value.is_empty()),
            ["nothing says otherwise", "it is empty, or a key of the kind that is public"],
        ) {
            continue;
        }
        findings
            .report(at, Severity::High, Certainty::Likely, format!("`{}` goes to every browser that loads the page", variable.name))
            .because(at, "what bears this prefix is written into the page's scripts when they are built")
            .conforming("Keep the secret in the backend, and let the page ask a route of it that does what the secret is for.");
    }
}
