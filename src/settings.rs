//! What is specific to the project under check, with the rubric's own names as defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::{Rule, Severity};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The column that keeps tenants apart.
    pub tenant_key: String,
    /// Models whose rows are counters or quotas.
    pub counter_models: Vec<String>,
    /// Path prefixes that clients outside the organisation call.
    pub public_prefixes: Vec<String>,
    /// The module through which all configuration is read.
    pub settings_module: String,
    /// Path fragments of the core chat path.
    pub chat_paths: Vec<String>,
    /// Rules that are switched off.
    pub off: Vec<Rule>,
    /// Severities that replace a rule's own.
    pub severity: BTreeMap<Rule, Severity>,
}

impl Default for Settings {
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            tenant_key: "app_id".to_owned(),
            counter_models: list(&["UsageRecord", "MarketplaceUsage", "TierConfig"]),
            public_prefixes: list(&["/public/v1", "/mcp/v1"]),
            settings_module: "utils.config".to_owned(),
            chat_paths: list(&["chat", "message", "completion"]),
            off: Vec::new(),
            severity: BTreeMap::new(),
        }
    }
}
