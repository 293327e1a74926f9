//! Python takes two names for one where they are equal after normalization (NFKC), so the parser asks the crate of this
//! name for it. Its tables are 60 kB of what a browser has to load for the worker, compressed, and the browser has them
//! already. So this crate asks `String.prototype.normalize` there, and elsewhere ICU's tables, which browsers use too.

/// The part of the crate's trait that the parser uses.
pub trait UnicodeNormalization {
    fn nfkc(self) -> std::vec::IntoIter<char>;
}

impl UnicodeNormalization for &str {
    #[cfg(target_arch = "wasm32")]
    fn nfkc(self) -> std::vec::IntoIter<char> {
        let normal = String::from(js_sys::JsString::from(self).normalize("NFKC"));
        normal.chars().collect::<Vec<_>>().into_iter()
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn nfkc(self) -> std::vec::IntoIter<char> {
        let normal = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(self);
        normal.chars().collect::<Vec<_>>().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::UnicodeNormalization;

    #[test]
    fn what_is_written_in_several_ways_is_one_text() {
        assert_eq!("ﬁle".nfkc().collect::<String>(), "file");
        assert_eq!("𝔣ile".nfkc().collect::<String>(), "file");
        assert_eq!("e\u{301}".nfkc().collect::<String>(), "é");
    }
}
