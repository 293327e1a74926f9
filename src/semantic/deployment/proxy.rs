//! Caddyfiles: their directives.

use super::Span;
use crate::semantic::Model;

/// A directive or option with its arguments.
pub struct ProxyDirective<'m> {
    pub words: Vec<&'m str>,
    pub at: Span,
    /// The words of the directive whose block it stands in; empty for the block of global options.
    pub parent: Option<Vec<&'m str>>,
}

impl<'s> Model<'s> {
    /// All directives of all Caddyfiles that have words.
    pub fn proxy_directives(&self) -> Vec<ProxyDirective<'_>> {
        let mut found = Vec::new();
        for (file, data) in (0..).zip(&self.files) {
            let words = |index: u32| {
                data.caddyfile[index as usize].words.iter().map(|word| &*word.text).collect::<Vec<&str>>()
            };
            for (index, directive) in (0..).zip(&data.caddyfile) {
                if let (Some(first), Some(last)) = (directive.words.first(), directive.words.last()) {
                    found.push(ProxyDirective {
                        words: words(index),
                        at: Span { file, start: first.start, end: last.end },
                        parent: directive.parent.map(words),
                    });
                }
            }
        }
        found
    }
}
