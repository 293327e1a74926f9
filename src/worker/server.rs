//! The worker's side: a request in, a report a set out. Nothing here knows the browser.

use crate::check::check;
use crate::worker::protocol::Request;

/// Answers one request with the JSON of a report for each of its sets.
pub fn answer(request: &str) -> Result<Vec<String>, serde_json::Error> {
    let request: Request = serde_json::from_str(request)?;
    request.sets.iter().map(|sources| serde_json::to_string(&check(sources, &request.settings))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Source;
    use crate::settings::Settings;

    #[test]
    fn every_set_gets_the_report_that_a_direct_check_gives() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let sets = vec![vec![source("app/a.py", "import time\n")], vec![]];
        let request = Request { settings: Settings::default(), sets: sets.clone() };
        let answered = answer(&serde_json::to_string(&request).unwrap()).unwrap();
        let direct: Vec<String> = sets
            .iter()
            .map(|sources| serde_json::to_string(&check(sources, &Settings::default())).unwrap())
            .collect();
        assert_eq!(answered, direct);
    }

    #[test]
    fn what_is_not_a_request_is_an_error() {
        assert!(answer("{}").is_err());
    }
}
