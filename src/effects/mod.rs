//! What code does that others rely on, function by function: what it is given, reads and sets, which systems it reaches,
//! what it returns and answers with. Asked of exercises alone: an answer has to go on doing what the code is for.
//!
//! An [`Effect`] is a few words behind the name of whose it is. What a helper does counts for whoever calls it, so code
//! may be moved; what no run can reach counts for nobody.

mod values;
mod walk;

use crate::report::{Effect, FileKind};
use crate::semantic::{Model, Node, Place};
use crate::source::Source;
use crate::syntax::{Kind, ScopeKind};

pub use values::{is_of_python, is_run, is_used, uses};
use walk::Walk;

/// Code with more nodes is no answer to an exercise, and takes long to go through.
const LARGEST: usize = 20_000;

/// Everything that the given files do, without order.
pub fn effects(sources: &[Source], model: &Model<'_>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.python().map(|(_, file)| file.tree.nodes.len()).sum::<usize>() > LARGEST {
        return effects;
    }
    for (source, file) in sources.iter().zip(&model.files) {
        if file.kind != FileKind::Python {
            effects.extend(lines(source));
        }
    }
    for (file, _) in model.python() {
        let module = model.node(Place { file, node: 0 });
        let is_root = |node: &Node<'_>| match node.kind() {
            Kind::Module => true,
            Kind::FunctionDef | Kind::ClassDef => !node.name().starts_with('_') && is_for_others(*node),
            _ => false,
        };
        for root in module.descendants().filter(is_root) {
            effects.extend(Walk::through(root));
        }
    }
    effects
}

/// Words with names in place of each `{}`. One function for all of them: `format!` writes the same out at each place.
#[inline(never)]
pub fn filled(words: &str, names: &[&str]) -> String {
    let mut text = String::new();
    let mut names = names.iter();
    for (index, part) in words.split("{}").enumerate() {
        if index > 0 {
            text.push_str(names.next().unwrap_or(&""));
        }
        text.push_str(part);
    }
    text
}

/// What a file that is no Python says, line by line, each behind the keys that it is indented under.
fn lines(source: &Source) -> impl Iterator<Item = Effect> {
    let mut keys: Vec<(usize, &str)> = Vec::new();
    source.text.lines().filter_map(move |line| {
        let text = line.split(" #").next().unwrap_or_default().trim();
        let indent = line.len() - line.trim_start().len();
        if text.is_empty() || text.starts_with('#') {
            return None;
        }
        keys.retain(|(of, _)| *of < indent);
        keys.push((indent, text));
        let path: Vec<&str> = keys.iter().map(|(_, key)| *key).collect();
        Some(Effect { of: source.path.clone(), does: filled("say `{}`", &[&path.join(" ")]), is_harm: false })
    })
}

/// Whether a definition is there for others: it serves a route, or none of the given functions calls it.
fn is_for_others(definition: Node<'_>) -> bool {
    let model = definition.model;
    let scopes = &definition.source_file().tree.scopes;
    scopes[definition.data().scope as usize].kind != ScopeKind::Function
        && (definition.is(Kind::ClassDef)
            || definition.route().is_some()
            || !model
                .callers_of(definition.place())
                .iter()
                .any(|&call| model.node(call).function().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::ParsedFiles;
    use crate::settings::Settings;

    /// What `f` does, or another root.
    fn does(of: &str, text: &str) -> Vec<String> {
        let files = [Source { path: "main.py".to_owned(), text: text.to_owned() }];
        let (parsed, settings) = (ParsedFiles::of(&files), Settings::default());
        let found = effects(&files, &Model::new(&files, &parsed, &settings)).into_iter();
        let word = |effect: Effect| if effect.is_harm { format!("not {}", effect.does) } else { effect.does };
        found.filter(|effect| effect.of == of).map(word).collect()
    }

    fn has(text: &str, wanted: &str) -> bool {
        does("f", text).iter().any(|does| does == wanted)
    }

    const LIVE: &str = "use what `load` gives";

    #[test]
    fn what_no_run_reaches_is_not_done() {
        let body = |lines: &str| format!("from app.a import load\n\n\ndef f(a):\n    {lines}\n");
        for live in [
            "return load(a)",
            "if a:\n        return 1\n    return load(a)",
            "while True:\n        if a:\n            break\n    return load(a)",
            "try:\n        return load(a)\n    finally:\n        pass",
            "try:\n        a()\n    except KeyError:\n        return None\n    return load(a)",
            "if False:\n        return 1\n    return load(a)",
            "def g():\n        return load(a)\n\n    return g()",
        ] {
            assert!(has(&body(live), LIVE), "{live}");
        }
        for dead in [
            "return 1\n    return load(a)",
            "if a:\n        return 1\n    else:\n        raise KeyError\n    return load(a)",
            "while True:\n        a()\n    return load(a)",
            "if False:\n        return load(a)",
            "if True:\n        return 1\n    return load(a)",
            "with a:\n        return 1\n    return load(a)",
            "try:\n        return 1\n    except KeyError:\n        raise\n    return load(a)",
            "def g():\n        return load(a)",
            "load(a)",
            "b = load(a)",
        ] {
            assert!(!has(&body(dead), LIVE), "{dead}");
        }
    }

    #[test]
    fn helpers_count_for_their_callers() {
        let text = "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5)\n\n\ndef f(url):\n    return load(url).json()\n";
        assert!(has(text, "ask an HTTP server") && has(text, "take `url`") && has(text, "use `url`"));
        assert!(does("load", text).is_empty());
    }

    #[test]
    fn what_is_written_is_committed() {
        let text = |lines: &str| {
            format!(
                "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def f(db: AsyncSession, row):\n    {lines}\n"
            )
        };
        assert!(has(&text("row.a += 1\n    await db.commit()"), "commit what it changes"));
        assert!(!has(&text("await db.commit()\n    row.a += 1"), "commit what it changes"));
        assert!(!has(&text("row.a += 1\n    db.commit()"), "commit what it changes"));
        assert!(has(&text("async with db.begin():\n        row.a += 1"), "commit what it changes"));
    }

    #[test]
    fn an_error_that_nobody_hears_of_is_a_harm() {
        let caught = |lines: &str| {
            format!(
                "import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef f(a):\n    try:\n        a()\n    except Exception as error:\n        {lines}\n"
            )
        };
        for quiet in ["pass", "return {}", "logger.exception('no')", "b = 1"] {
            assert!(has(&caught(quiet), "not pass over an error"), "{quiet}");
        }
        for told in ["raise", "a.failed.append(error)", "a.failed += 1", "a.status = 503"] {
            assert!(!has(&caught(told), "not pass over an error"), "{told}");
        }
    }

    #[test]
    fn values_are_looked_at() {
        let body =
            |lines: &str| format!("from app.a import load, save\n\n\nasync def f(a, row):\n    {lines}\n");
        let swapped = "not put what `load` gives into `a`";
        assert!(has(&body("a, b = await load(a), await save(a)\n    return {'a': a, 'b': b}"), swapped));
        assert!(has(&body("b = await save(a)\n    c = await load(a)\n    return {'a': c, 'b': b}"), swapped));
        assert!(!has(
            &body("b = await save(a)\n    c = await load(a)\n    return {'a': b, 'b': c}"),
            swapped
        ));
        for less in [
            "row.n -= a",
            "row.n = row.n - a",
            "save(n=row.n - a)",
            "save({'n': row.n - a})",
            "save('UPDATE t SET n = n - 1')",
        ] {
            assert!(has(&body(less), "not take away from `n`"), "{less}");
        }
        assert!(!has(&body("row.n = a - 1"), "not take away from `n`"));
        let counted = |caught: &str, end: &str| {
            has(
                &body(&format!(
                    "for a in a:\n        try:\n            await save(a)\n        except Exception:\n            {caught}\n        {end}"
                )),
                "not count in `n` what has failed",
            )
        };
        assert!(
            counted("row.failed += 1", "row.n += 1")
                && counted("row.failed += 1", "finally:\n            row.n += 1")
        );
        assert!(
            !counted("continue", "row.n += 1")
                && !counted("row.failed += 1", "else:\n            row.n += 1")
        );
    }

    #[test]
    fn other_files_say_their_lines_under_their_keys() {
        let files = [Source {
            path: "a.yaml".to_owned(),
            text: "a:\n  # why\n  b: 1  # one\nc:\n  b: 1\n".to_owned(),
        }];
        let said: Vec<String> = lines(&files[0]).map(|effect| effect.does).collect();
        assert_eq!(said, ["say `a:`", "say `a: b: 1`", "say `c:`", "say `c: b: 1`"]);
    }
}
