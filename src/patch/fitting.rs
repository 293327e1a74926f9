//! Whether a patch fits a file that is at hand, and the file as the patch leaves it.

use super::{PatchedFile, Side, lines};

/// Where a patch and a file do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit<'t> {
    /// In the file, from 1.
    pub line: u32,
    /// In the patch, from 1.
    pub patch_line: u32,
    /// What the patch has for it, and what the file has; nothing where it ends before.
    pub expected: &'t str,
    pub own: Option<&'t str>,
}

impl Misfit<'_> {
    /// What is there instead, as a part of a sentence.
    pub fn words(&self) -> String {
        let has = match self.own {
            Some(own) => format!("the file has `{}`", short(own)),
            None => "the file ends before it".to_owned(),
        };
        format!("it says `{}`, but {has}", short(self.expected))
    }
}

/// A line within a message.
fn short(line: &str) -> String {
    let line = line.trim().replace(char::is_control, "\u{fffd}");
    if line.chars().count() > 60 { line.chars().take(60).chain(['…']).collect() } else { line }
}

/// A file as a patch leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted<'t> {
    /// Its lines, without their ends.
    pub lines: Vec<&'t str>,
    /// For each of them its line in the file that is at hand, from 1; none of those that the patch adds to it.
    pub own: Vec<Option<u32>>,
}

/// What a patch has for a line of a file, as it is compared: the first line without its mark, as [`lines`] has it.
fn expected(text: &str, is_first: bool) -> &str {
    if is_first { text.trim_start_matches('\u{feff}') } else { text }
}

/// Whether a line of a file is what a patch has for it. An empty line may have lost its white space on the way of the
/// patch.
fn agrees(own: Option<&str>, expected: &str) -> bool {
    own.is_some_and(|own| own == expected || (expected.is_empty() && own.trim().is_empty()))
}

impl<'t> PatchedFile<'t> {
    /// Where a text is not what the patch makes of the file.
    pub fn misfit(&self, text: &'t str) -> Option<Misfit<'t>> {
        let lines = lines(text);
        self.lines().filter(|line| line.side != Side::Removed).find_map(|line| {
            let own = lines.get(line.new_line as usize - 1).copied();
            let expected = expected(line.text, line.new_line == 1);
            let misfit = Misfit { line: line.new_line, patch_line: line.line, expected, own };
            (!agrees(own, expected)).then_some(misfit)
        })
    }

    /// The file as the patch leaves it, where the text is that already or is what the patch was made for. Otherwise
    /// where it does not agree with what was before, unless more of it agrees with what is behind.
    pub fn fitted(&self, text: &'t str) -> Result<Fitted<'t>, Misfit<'t>> {
        let Some(misfit) = self.misfit(text) else {
            let lines = lines(text);
            let own = (1..).map(Some).take(lines.len()).collect();
            return Ok(Fitted { lines, own });
        };
        self.applied(text)
            .map_err(|before| if before.patch_line > misfit.patch_line { before } else { misfit })
    }

    fn applied(&self, text: &'t str) -> Result<Fitted<'t>, Misfit<'t>> {
        let old = lines(text);
        let mut new = Fitted { lines: Vec::with_capacity(old.len()), own: Vec::with_capacity(old.len()) };
        // How many of the old lines are taken.
        let mut taken = 0;
        let take = |new: &mut Fitted<'t>, from: usize, to: usize| {
            new.lines.extend(&old[from..to]);
            new.own.extend((from as u32 + 1..).map(Some).take(to - from));
        };
        for line in self.lines() {
            let wanted = line.new_line as usize - 1;
            // What no hunk shows stays.
            let between = wanted.saturating_sub(new.lines.len()).min(old.len() - taken);
            take(&mut new, taken, taken + between);
            taken += between;
            let own = old.get(taken).copied();
            let expected = expected(line.text, taken == 0);
            if new.lines.len() != wanted || (line.side != Side::Added && !agrees(own, expected)) {
                return Err(Misfit { line: taken as u32 + 1, patch_line: line.line, expected, own });
            }
            match line.side {
                Side::Added => {
                    new.lines.push(line.text);
                    new.own.push(None);
                }
                Side::Removed => taken += 1,
                Side::Unchanged => {
                    take(&mut new, taken, taken + 1);
                    taken += 1;
                }
            }
        }
        take(&mut new, taken, old.len());
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use crate::patch::read;

    const OLD: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";
    const NEW: &str = "one\n2\nthree\nfour\nfour and a half\nfive\n";
    const PATCH: &str = "--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -4,3 +4,3 @@\n four\n\
                         +four and a half\n five\n-six\n";

    #[test]
    fn the_old_file_is_patched_and_the_new_one_is_left_alone() {
        let patch = read(PATCH);
        let old = patch.files[0].fitted(OLD).unwrap();
        assert_eq!(old.lines.join("\n"), NEW);
        assert_eq!(old.own, [Some(1), None, Some(3), Some(4), None, Some(5), Some(7)]);
        let new = patch.files[0].fitted(NEW).unwrap();
        assert_eq!(new.lines.join("\n"), NEW);
        assert!(new.own.iter().all(Option::is_some));
    }

    #[test]
    fn hunks_without_surroundings_stand_where_they_say() {
        let patch = read("--- a/x.py\n+++ b/x.py\n@@ -2 +1,0 @@\n-two\n@@ -6,0 +6,2 @@\n+seven\n+eight\n");
        let fitted = patch.files[0].fitted(OLD).unwrap();
        assert_eq!(fitted.lines.join("\n"), "one\nthree\nfour\nfive\nsix\nseven\neight\n");
    }

    #[test]
    fn line_ends_marks_and_lost_white_space_do_not_matter() {
        let patch = read("--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n");
        let fitted = patch.files[0].fitted("\u{feff}a\r\n  \r\nb\r\n").unwrap();
        assert_eq!(fitted.lines, ["a", "  ", "c", ""]);
    }

    #[test]
    fn what_does_not_fit_says_where() {
        let patch = read(PATCH);
        let file = &patch.files[0];
        let misfit = file.fitted("one\ntwo\n3\n").unwrap_err();
        assert_eq!((misfit.line, misfit.patch_line, misfit.expected, misfit.own), (3, 7, "three", Some("3")));
        assert_eq!(misfit.words(), "it says `three`, but the file has `3`");
        // More of it is what the patch leaves.
        let misfit = file.fitted("one\n2\nthree\nfour\nfive\n").unwrap_err();
        assert_eq!((misfit.line, misfit.expected, misfit.own), (5, "four and a half", Some("five")));
        assert!(file.fitted("").unwrap_err().words().contains("the file has ``"));
        assert_eq!(file.fitted("one\ntwo").unwrap_err().own, None);
    }
}
