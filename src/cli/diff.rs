//! What `--diff` narrows a report to: the lines that a patch adds to the checked files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::files::{self, Files};
use crate::file_names::is_read_in_folders;
use crate::patch::{self, Change, Patch, PatchedFile};
use crate::report::{Finding, Report};

/// The patched files among those that are checked, by their path in the report.
pub struct Diff<'t>(BTreeMap<String, PatchedFile<'t>>);

/// The text of a patch: of a file, or of the standard input for `-`.
pub fn text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{shown}: the patch cannot be read: {error}"))?;
    // A file of whatever encoding may be in it; what matters of it is compared with the files themselves.
    Ok(files::text(bytes).map_err(|why| format!("{shown}: the patch {why}"))?.0)
}

impl<'t> Diff<'t> {
    /// Finds the files of the patch on the disk, and refuses one that is not what they are. The second value says
    /// what was left out.
    pub fn of(text: &'t str, files: &Files) -> Result<(Self, Vec<String>), String> {
        let Patch { files: patched, problems } = patch::read(text);
        if patched.is_empty() && !text.trim().is_empty() && problems.is_empty() {
            return Err("--diff: this is no unified diff: 'git diff' and 'diff -u' make one".to_owned());
        }
        if let Some(problem) = problems.first() {
            return Err(format!("--diff: line {} of the patch: {}", problem.line, problem.message));
        }
        let places = Places::new(files);
        let mut found = BTreeMap::new();
        let mut left_out = Vec::new();
        for file in patched {
            if file.path.is_empty() {
                return Err(format!(
                    "--diff: line {} of the patch: what stands here names no file: 'git diff' and 'diff -u' do",
                    file.line
                ));
            }
            if file.added() == 0 || matches!(file.change, Change::Deleted | Change::Binary) {
                continue;
            }
            match places.of(&file, files) {
                // Of a series of patches the last one leads to what is on the disk.
                Place::Checked(path) => drop(found.insert(path, file)),
                Place::Elsewhere => left_out.push(format!("{} is not among the checked files", file.path)),
                Place::Absent if !is_read_in_folders(&file.path) => {}
                Place::Absent => {
                    return Err(format!(
                        "--diff: {}: there is no such file: start the command where the paths of the patch begin, \
                         with the patch applied",
                        file.path
                    ));
                }
            }
        }
        for (path, file) in &found {
            if let Some(source) = files.sources.iter().find(|source| source.path == *path) {
                compare(path, &source.text, file)?;
            }
        }
        Ok((Self(found), left_out))
    }

    /// Whether a finding is on a line that the patch adds, or rests on one.
    fn concerns(&self, finding: &Finding) -> bool {
        let own = (&finding.path, finding.range);
        let evidence = finding.because.iter().map(|evidence| (&evidence.path, evidence.range));
        std::iter::once(own)
            .chain(evidence)
            .any(|(path, range)| self.0.get(path).is_some_and(|file| file.adds(range)))
    }

    /// How many lines the patch adds to the checked files.
    pub fn added(&self) -> usize {
        self.0.values().map(PatchedFile::added).sum()
    }

    /// Takes what is not of the patch out of a report, and gives it back.
    pub fn narrow(&self, report: &mut Report) -> Vec<Finding> {
        let (added, rest) =
            std::mem::take(&mut report.findings).into_iter().partition(|finding| self.concerns(finding));
        report.findings = added;
        report.silenced.retain(|finding| self.concerns(finding));
        rest
    }
}

enum Place {
    /// With the path in the report.
    Checked(String),
    Elsewhere,
    Absent,
}

/// Where the paths of a patch may begin, and the checked files by their full paths.
struct Places {
    bases: Vec<PathBuf>,
    checked: BTreeMap<PathBuf, String>,
}

impl Places {
    fn new(files: &Files) -> Self {
        // Git's paths begin at the repository's root, those of `git diff --relative` and `diff -u` here.
        let here = std::env::current_dir().unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        let bases = root.into_iter().chain([here]).collect();
        let checked = files
            .origins
            .iter()
            .filter_map(|(name, origin)| Some((fs::canonicalize(origin).ok()?, name.clone())))
            .collect();
        Self { bases, checked }
    }

    /// Of several files that the patch may mean, the one that has its lines.
    fn of(&self, patched: &PatchedFile<'_>, files: &Files) -> Place {
        let mut best = Place::Absent;
        for base in &self.bases {
            for path in [&patched.path, &patched.written] {
                let Ok(file) = fs::canonicalize(base.join(path)) else { continue };
                let Some(name) = self.checked.get(&file) else {
                    if matches!(best, Place::Absent) {
                        best = Place::Elsewhere;
                    }
                    continue;
                };
                let source = files.sources.iter().find(|source| source.path == *name);
                if source.is_some_and(|source| compare(name, &source.text, patched).is_ok()) {
                    return Place::Checked(name.clone());
                }
                if !matches!(best, Place::Checked(_)) {
                    best = Place::Checked(name.clone());
                }
            }
        }
        // What came through the standard input is on no disk.
        if files.sources.iter().any(|source| source.path == patched.path) {
            return Place::Checked(patched.path.clone());
        }
        best
    }
}

/// Whether a file is what the patch makes of it.
fn compare(path: &str, text: &str, patched: &PatchedFile<'_>) -> Result<(), String> {
    match patched.misfit(text) {
        Some(misfit) => Err(format!(
            "--diff: the patch does not fit the files: for {path}:{} {}. It must be applied already, to this very version",
            misfit.line,
            misfit.words()
        )),
        None => Ok(()),
    }
}
