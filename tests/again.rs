//! A server that is asked again and again answers byte for byte as one that is asked for the first time, although it
//! reads only the files that have changed.
//!
//! `RUBRIC_AGAIN=corpus/open-webui-1.2.3 cargo test --release --test again` edits each file of a folder in turn.

mod examples_of_the_catalogue;

use std::fs;
use std::path::Path;

use rubric_playground::check::{Source, check};
use rubric_playground::explain::explain;
use rubric_playground::explanation::Place;
use rubric_playground::report::Rule;
use rubric_playground::settings::Settings;
use rubric_playground::worker::protocol::{Request, Sent};
use rubric_playground::worker::server::Server;

/// A page that types: it sends what its worker does not have.
#[derive(Default)]
struct Page {
    server: Server,
    known: Vec<Source>,
    settings: Settings,
}

impl Page {
    fn ask(&mut self, files: &[Source], why: Option<Place>) -> String {
        let sent = |file: &Source| Sent {
            path: file.path.clone(),
            text: (!self.known.contains(file)).then(|| file.text.clone()),
        };
        let sets = vec![files.iter().map(sent).collect()];
        let request = Request { settings: self.settings.clone(), sets, running: false, why };
        let request = serde_json::to_string(&request).expect("plain data");
        self.known = files.to_vec();
        self.server.answer(&request, &mut |_| {}).expect("a request").remove(0)
    }

    #[track_caller]
    fn compare(&mut self, files: &[Source], what: &str) {
        let fresh = serde_json::to_string(&check(files, &self.settings)).expect("plain data");
        let answered = self.ask(files, None);
        assert!(answered == fresh, "{what}: {}", difference(&answered, &fresh));
    }

    #[track_caller]
    fn compare_explanations(&mut self, files: &[Source], place: Place, what: &str) {
        let fresh = serde_json::to_string(&explain(files, &self.settings, &place)).expect("plain data");
        let answered = self.ask(files, Some(place));
        assert!(answered == fresh, "{what}: {}", difference(&answered, &fresh));
    }
}

/// Where two texts part.
fn difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..text.len().min(at + 200)])
            .into_owned()
    };
    format!("asked again:\n{}\nasked for the first time:\n{}", around(one), around(other))
}

/// Numbers that are always the same ones.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[test]
fn every_set_of_the_catalogue_and_each_of_its_files_edited_in_turn() {
    // One page for all of them, so that the numbers of its symbols are nobody else's.
    let mut page = Page::default();
    let sets = examples_of_the_catalogue::sets();
    for (name, mut files) in sets {
        page.compare(&files, &name);
        for index in 0..files.len() {
            let whole = files[index].text.clone();
            let path = files[index].path.clone();
            let middle = whole.lines().count() / 2;
            let without: String = (0..)
                .zip(whole.lines())
                .filter(|(line, _)| *line != middle)
                .map(|(_, line)| format!("{line}\n"))
                .collect();
            files[index].text = without;
            page.compare(&files, &format!("{name}, {path} without its line {}", middle + 1));
            files[index].text.clear();
            page.compare(&files, &format!("{name}, {path} emptied"));
            files[index].text = whole;
            page.compare(&files, &format!("{name}, {path} as it was"));
        }
    }
}

#[test]
fn files_that_are_edited_at_random() {
    let mut chance = Chance(7);
    let mut all: Vec<Source> = examples_of_the_catalogue::sets()
        .into_iter()
        .flat_map(|(name, files)| {
            let own = move |file: Source| Source { path: format!("{name}/{}", file.path), text: file.text };
            files.into_iter().map(own)
        })
        .collect();
    let mut page = Page::default();
    let mut files: Vec<Source> = Vec::new();
    for step in 0..250 {
        let what = match chance.below(10) {
            0..3 if !all.is_empty() && files.len() < 14 => {
                let file = all.swap_remove(chance.below(all.len()));
                let what = format!("{} is added", file.path);
                files.insert(chance.below(files.len() + 1), file);
                what
            }
            _ if files.is_empty() => continue,
            3 => {
                let gone = files.remove(chance.below(files.len()));
                let what = format!("{} is closed", gone.path);
                all.push(gone);
                what
            }
            4 => {
                let index = chance.below(files.len());
                let other = files.len() - 1;
                files.swap(index, other);
                "two change places".to_owned()
            }
            5 => {
                let index = chance.below(files.len());
                let name = files[index].path.rsplit('/').next().unwrap_or_default().to_owned();
                files[index].path = format!("renamed{step}/{name}");
                format!("{name} is renamed")
            }
            6 => {
                page.settings.tenant_key =
                    ["tenant_id", "org_id", "nobody_says_this", ""][chance.below(4)].to_owned();
                page.settings.off = (chance.below(2) == 0).then_some(Rule::C5).into_iter().collect();
                "the settings change".to_owned()
            }
            _ => {
                let from = chance.below(files.len());
                let index = chance.below(files.len());
                let lines: Vec<&str> = files[from].text.lines().collect();
                let line =
                    lines.get(chance.below(lines.len())).map_or(String::new(), |line| (*line).to_owned());
                let mut own: Vec<&str> = files[index].text.lines().collect();
                let at = chance.below(own.len());
                if chance.below(2) == 0 && !own.is_empty() {
                    own.remove(at);
                } else {
                    own.insert(at, &line);
                }
                files[index].text = own.join("\n") + "\n";
                format!("a line of {} is another", files[index].path)
            }
        };
        page.compare(&files, &format!("step {step}: {what}"));
        if step % 8 == 0 && !files.is_empty() {
            let file = &files[chance.below(files.len())];
            let line = 1 + chance.below(file.text.lines().count()) as u32;
            let place = Place::Line { path: file.path.clone(), line, rule: None };
            page.compare_explanations(&files, place, &format!("step {step}: why not in line {line}?"));
        }
    }
}

#[test]
fn each_file_of_a_folder_edited_in_turn() {
    let Ok(folder) = std::env::var("RUBRIC_AGAIN") else { return };
    let mut files = Vec::new();
    collect(Path::new(&folder), Path::new(&folder), &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "no files in {folder}");
    let mut page = Page::default();
    page.compare(&files, "all files");
    for index in 0..files.len() {
        let whole = files[index].text.clone();
        let line = whole.lines().count() / 2;
        files[index].text = whole
            .lines()
            .enumerate()
            .filter(|(number, _)| *number != line)
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let what = format!("{} without its line {}", files[index].path, line + 1);
        page.compare(&files, &what);
        files[index].text = whole;
    }
    println!("{} files, each edited", files.len());
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|ending| ending == "py" || ending == "yaml" || ending == "yml")
            && let Ok(text) = fs::read_to_string(&path)
        {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            files.push(Source { path: name, text });
        }
    }
}
