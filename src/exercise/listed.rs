//! What the page knows of the exercises before their texts are there: their names, in the order of the path.

use std::fmt;
use std::str::FromStr;

use crate::exercise::Kind;
use crate::report::{Rule, Section};

/// An exercise as a list shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: &'static str,
    /// The rule that it is about; none for a mixed one.
    pub rule: Option<Rule>,
    pub kind: Kind,
    pub title: &'static str,
}

impl Listed {
    pub fn section(&self) -> Option<Section> {
        self.rule.map(Rule::section)
    }
}

include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

/// An exercise by its place in [`LISTED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(usize);

impl Number {
    /// All of them, in the order of the path.
    pub fn all() -> impl Iterator<Item = Number> {
        (0..LISTED.len()).map(Number)
    }

    pub fn index(self) -> usize {
        self.0
    }

    pub fn listed(self) -> &'static Listed {
        &LISTED[self.0]
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.listed().id)
    }
}

/// The text is the id of no exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownExercise;

impl FromStr for Number {
    type Err = UnknownExercise;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Number::all().find(|number| number.listed().id == text).ok_or(UnknownExercise)
    }
}

/// Exercises that somebody has chosen, and the words of a link that name none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub numbers: Vec<Number>,
    pub unknown: Vec<String>,
}

impl Chosen {
    /// Reads `c5-the-helper-that-waits.f1`: ids, and rules, which stand for all of their exercises. A point stands
    /// between them, since it needs no `%` in an address; a comma or a space is as good.
    pub fn read(words: &str) -> Self {
        let mut chosen = Self::default();
        for word in words.split([',', '.', ' ', '+']).filter(|word| !word.is_empty()) {
            let rule = word.parse::<Rule>().ok();
            let found = Number::all().filter(|number| {
                number.listed().id == word || (rule.is_some() && number.listed().rule == rule)
            });
            let before = chosen.numbers.len();
            for number in found {
                if !chosen.numbers.contains(&number) {
                    chosen.numbers.push(number);
                }
            }
            if chosen.numbers.len() == before && !chosen.knows(word) {
                chosen.unknown.push(word.to_owned());
            }
        }
        chosen
    }

    /// Whether the word names exercises that were chosen already.
    fn knows(&self, word: &str) -> bool {
        let rule = word.parse::<Rule>().ok();
        self.numbers
            .iter()
            .any(|number| number.listed().id == word || (rule.is_some() && number.listed().rule == rule))
    }

    /// What [`Chosen::read`] reads.
    pub fn words(numbers: &[Number]) -> String {
        let ids: Vec<&str> = numbers.iter().map(|number| number.listed().id).collect();
        ids.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_exercises_or_rules() {
        let chosen = Chosen::read("c5.mixed-orders, c5,NOT-ONE");
        let ids: Vec<&str> = chosen.numbers.iter().map(|number| number.listed().id).collect();
        assert_eq!(ids, ["c5-the-helper-that-waits", "mixed-orders"]);
        assert_eq!(chosen.unknown, ["NOT-ONE"]);
        assert_eq!(Chosen::read(&Chosen::words(&chosen.numbers)).numbers, chosen.numbers);
        assert_eq!(Chosen::read(""), Chosen::default());
    }

    #[test]
    fn the_path_goes_through_the_rules_in_order_and_ends_with_the_mixed_ones() {
        let rules: Vec<Option<Rule>> = LISTED.iter().map(|listed| listed.rule).collect();
        let first_mixed = rules.iter().position(Option::is_none).expect("there are mixed ones");
        assert!(rules[..first_mixed].is_sorted() && rules[first_mixed..].iter().all(Option::is_none));
        assert_eq!(
            "mixed-orders".parse::<Number>().map(|number| number.to_string()),
            Ok("mixed-orders".into())
        );
        assert_eq!("c5".parse::<Number>(), Err(UnknownExercise));
    }
}
