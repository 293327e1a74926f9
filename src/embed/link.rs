//! Addresses that lead from a page to the playground.

use std::io::Write as _;

use data_encoding::BASE64URL_NOPAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::link::{Shared, VERSION};
use crate::report::Rule;
use crate::settings::Settings;
use crate::source::Source;

/// A page of the playground, without what stands behind its `#`.
pub struct Playground<'a>(&'a str);

impl<'a> Playground<'a> {
    pub fn new(address: &'a str) -> Self {
        Self(address.split('#').next().unwrap_or_default())
    }

    /// Where the rule is, live.
    pub fn rule(&self, rule: Rule) -> String {
        format!("{}#/rules/{rule}", self.0)
    }

    /// Where these files are open.
    pub fn files(&self, files: &[Source]) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let json = Shared::new(files.to_vec(), 0, &Settings::default()).to_json();
        // A vector takes everything.
        let _ = encoder.write_all(json.as_bytes());
        let packed = encoder.finish().unwrap_or_default();
        format!("{}#/link?{VERSION}{}", self.0, BASE64URL_NOPAD.encode(&packed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_link_carries_the_files() {
        let files = vec![Source { path: "a.py".to_owned(), text: "text = 'é'\n".repeat(40) }];
        let link = Playground::new("https://a.example/play/#/rules").files(&files);
        let code = link.strip_prefix("https://a.example/play/#/link?1").unwrap();
        let packed = BASE64URL_NOPAD.decode(code.as_bytes()).unwrap();
        let mut json = String::new();
        flate2::read::DeflateDecoder::new(&packed[..]).read_to_string(&mut json).unwrap();
        assert_eq!(Shared::from_json(&json).unwrap().files, files);
    }
}
