//! What a finding is known by from one check to the next, wherever its lines have moved to.

use std::collections::BTreeMap;

use crate::report::{Finding, Report};

/// One for each finding of the report, all different. It rests on the rule, the file, the function and the message,
/// never on a line; of findings that agree in all of these, the first, the second and so on keep their own.
pub fn fingerprints(report: &Report) -> Vec<String> {
    let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
    report
        .findings
        .iter()
        .map(|finding| {
            let key = key(finding);
            let count = seen.entry(key).or_default();
            *count += 1;
            format!("{key:016x}:{count}")
        })
        .collect()
}

fn key(finding: &Finding) -> u64 {
    // A count or a line within the message is no part of what the finding is.
    let message: String = finding.message.chars().filter(|character| !character.is_ascii_digit()).collect();
    let mut hash = START;
    for part in [finding.rule.id(), &finding.path, &finding.symbol, &message] {
        hash = mixed(hash, part.as_bytes());
        hash = mixed(hash, &[0]);
    }
    hash
}

// FNV-1a with 64 bits. The hashes of the standard library and of rustc-hash may change from one release to the next.
const START: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;

    #[test]
    fn a_fingerprint_survives_moved_lines_and_changed_counts() {
        let report = sample::report();
        let mut moved = report.clone();
        for finding in &mut moved.findings {
            finding.range.start.line += 40;
            finding.range.end.line += 40;
            finding.message += " 12 times";
        }
        let mut counted = report.clone();
        for finding in &mut counted.findings {
            finding.message += " 7 times";
        }
        assert_eq!(fingerprints(&moved), fingerprints(&counted));
    }

    #[test]
    fn all_are_different_and_none_will_ever_change() {
        let mut report = sample::report();
        let first = report.findings[0].clone();
        report.findings.insert(1, first);
        let found = fingerprints(&report);
        let different: std::collections::BTreeSet<&String> = found.iter().collect();
        assert_eq!(different.len(), found.len(), "{found:?}");
        // A tool that keeps track of findings would take all of them for new.
        assert_eq!(found[0], "3c2a6780eede4a0f:1");
    }
}
