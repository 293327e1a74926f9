//! The worker's side: a request in, a report a set out, or an explanation. Nothing here knows the browser.

use std::fmt;

use crate::check::{Source, check_parsed};
use crate::explain::explain_parsed;
use crate::semantic::ParsedFiles;
use crate::worker::protocol::{Progress, Request};

/// Answers requests, and remembers the files of the last one with what each of them says by itself.
#[derive(Default)]
pub struct Server {
    sets: Vec<Set>,
}

#[derive(Default)]
struct Set {
    sources: Vec<Source>,
    parsed: ParsedFiles,
    /// How many of the files were read for the last request.
    read: usize,
}

/// What is no request, or speaks of a text that was never sent.
#[derive(Debug)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a request")
    }
}

impl Server {
    /// Answers one request with the JSON of a report for each of its sets, and tells how far that is on the way.
    pub fn answer(
        &mut self,
        request: &str,
        told: &mut dyn FnMut(Progress),
    ) -> Result<Vec<String>, Unreadable> {
        let request: Request = serde_json::from_str(request).map_err(|_| Unreadable)?;
        let mut before = std::mem::take(&mut self.sets).into_iter();
        for set in request.sets {
            let Set { sources: mut known, mut parsed, .. } = before.next().unwrap_or_default();
            let all = set.len();
            let mut sources = Vec::with_capacity(all);
            // Where each file was in the request before, if it has not changed.
            let mut kept = Vec::with_capacity(all);
            for (index, sent) in set.into_iter().enumerate() {
                let (text, at) = match sent.text {
                    Some(text) => (text, None),
                    None => {
                        // Most often the files are the same ones in the same order.
                        let same = |source: &Source| source.path == sent.path;
                        let at = match known.get(index) {
                            Some(source) if same(source) => index,
                            _ => known.iter().position(same).ok_or(Unreadable)?,
                        };
                        (std::mem::take(&mut known[at].text), Some(at))
                    }
                };
                sources.push(Source { path: sent.path, text });
                kept.push(at);
            }
            parsed.read(&sources, &kept, &mut |done, new| {
                let share = done as f64 / (new + all) as f64;
                told(Progress { has_read: false, done, all: new, share });
            });
            let read = kept.iter().filter(|at| at.is_none()).count();
            self.sets.push(Set { sources, parsed, read });
        }
        let settings = &request.settings;
        if let Some(place) = &request.why {
            let none = Set::default();
            let Set { sources, parsed, .. } = self.sets.first().unwrap_or(&none);
            let explanation = explain_parsed(sources, parsed, settings, place);
            return serde_json::to_string(&explanation).map(|json| vec![json]).map_err(|_| Unreadable);
        }
        self.sets
            .iter()
            .map(|Set { sources, parsed, read }| {
                // To ask the rules takes about as long as to read all files.
                let files = sources.len() as f64;
                let work = *read as f64 + files;
                let report = check_parsed(sources, parsed, settings, request.running, &mut |done, all| {
                    let share = (*read as f64 + files * done as f64 / all as f64) / work;
                    told(Progress { has_read: true, done, all, share });
                });
                serde_json::to_string(&report).map_err(|_| Unreadable)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::explain::explain;
    use crate::settings::Settings;
    use crate::worker::protocol::Sent;

    fn sent(path: &str, text: Option<&str>) -> Sent {
        Sent { path: path.to_owned(), text: text.map(str::to_owned) }
    }

    fn direct(files: &[(&str, &str)]) -> String {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        serde_json::to_string(&check(&sources, &Settings::default())).unwrap()
    }

    fn ask(server: &mut Server, sets: Vec<Vec<Sent>>) -> Result<Vec<String>, Unreadable> {
        let request = Request { settings: Settings::default(), sets, running: false, why: None };
        server.answer(&serde_json::to_string(&request).unwrap(), &mut |_| {})
    }

    #[test]
    fn every_set_gets_the_report_that_a_direct_check_gives() {
        let answered =
            ask(&mut Server::default(), vec![vec![sent("app/a.py", Some("import time\n"))], vec![]]).unwrap();
        assert_eq!(answered, [direct(&[("app/a.py", "import time\n")]), direct(&[])]);
    }

    #[test]
    fn a_text_that_is_left_out_is_the_one_before() {
        let (one, two, new) = ("import time\n", "time.sleep(1)\n", "x = 1\n");
        let mut server = Server::default();
        ask(&mut server, vec![vec![sent("a.py", Some(one)), sent("b.py", Some(two))]]).unwrap();
        let answered =
            ask(&mut server, vec![vec![sent("b.py", None), sent("c.py", Some(new)), sent("a.py", None)]])
                .unwrap();
        assert_eq!(answered, [direct(&[("b.py", two), ("c.py", new), ("a.py", one)])]);
    }

    #[test]
    fn an_explanation_is_of_the_texts_that_were_sent_before() {
        let text = "import time\nasync def f():\n    time.sleep(1)\n";
        let mut server = Server::default();
        ask(&mut server, vec![vec![sent("a.py", Some(text))]]).unwrap();
        let place = crate::explanation::Place::Line { path: "a.py".to_owned(), line: 3, rule: None };
        let request = Request {
            settings: Settings::default(),
            sets: vec![vec![sent("a.py", None)]],
            running: false,
            why: Some(place.clone()),
        };
        let answered = server.answer(&serde_json::to_string(&request).unwrap(), &mut |_| {}).unwrap();
        let sources = [Source { path: "a.py".to_owned(), text: text.to_owned() }];
        let direct = serde_json::to_string(&explain(&sources, &Settings::default(), &place)).unwrap();
        assert_eq!(answered, [direct]);
        // The texts are known still.
        assert!(ask(&mut server, vec![vec![sent("a.py", None)]]).is_ok());
    }

    #[test]
    fn what_breaks_when_it_runs_is_told_where_it_is_asked_for() {
        let sets = vec![vec![sent("a.py", Some("load()\n"))]];
        let request = Request { settings: Settings::default(), sets, running: true, why: None };
        let answered =
            Server::default().answer(&serde_json::to_string(&request).unwrap(), &mut |_| {}).unwrap();
        assert!(answered[0].contains("`load` is defined nowhere"), "{answered:?}");
        assert!(!direct(&[("a.py", "load()\n")]).contains("defined nowhere"));
    }

    #[test]
    fn how_far_it_is_is_told_of_the_files_that_changed_and_then_of_the_rules() {
        let mut server = Server::default();
        let mut told_of = |files: &[(&str, Option<&str>)]| {
            let sets = vec![files.iter().map(|(path, text)| sent(path, *text)).collect()];
            let request = Request { settings: Settings::default(), sets, running: false, why: None };
            let mut told = Vec::new();
            server
                .answer(&serde_json::to_string(&request).unwrap(), &mut |progress| told.push(progress))
                .unwrap();
            assert!(told.is_sorted_by(|one, next| one.share <= next.share && next.share < 1.0), "{told:?}");
            let (read, asked): (Vec<_>, Vec<_>) = told.into_iter().partition(|progress| !progress.has_read);
            assert_eq!(
                asked.iter().map(|progress| progress.done).collect::<Vec<_>>(),
                (0..28).collect::<Vec<_>>()
            );
            read.into_iter().map(|progress| (progress.done, progress.all)).collect::<Vec<_>>()
        };
        assert_eq!(told_of(&[("a.py", Some("x = 1\n")), ("b.py", Some("y = 1\n"))]), [(1, 2), (2, 2)]);
        assert_eq!(told_of(&[("a.py", None), ("b.py", Some("y = 2\n"))]), [(1, 1)]);
        assert_eq!(told_of(&[("b.py", None)]), []);
    }

    #[test]
    fn what_is_not_a_request_is_an_error() {
        assert!(Server::default().answer("{}", &mut |_| {}).is_err());
        assert!(ask(&mut Server::default(), vec![vec![sent("a.py", None)]]).is_err());
    }
}
