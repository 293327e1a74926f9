//! What is given to a check: files as path and text.

use serde::{Deserialize, Serialize};

/// One given file. The path decides the kind; it need not exist anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub path: String,
    pub text: String,
}
