//! What of Python code breaks as soon as it runs, whatever the rubric says of it. An answer to an exercise is asked for
//! it: no rule has an opinion on a name that is defined nowhere.

use crate::effects::{filled, is_of_python, is_run, is_used, uses};
use crate::report::Problem;
use crate::semantic::{Model, Node, Place, is_built_in};
use crate::stack::Tag;
use crate::syntax::{Kind, Operator, Role, ScopeKind};

/// Everything that is sure to break, in the order of the files and lines. A text that is no module as it stands is told
/// so and asked nothing more: what it lacks is elsewhere.
pub fn breaks(model: &Model<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for (index, file) in model.python() {
        if !file.tree.problems.is_empty() {
            continue;
        }
        if file.tree.shape.is_some() {
            let range = model.node(Place { file: index, node: 0 }).heading();
            let message =
                "this is no Python file: an `await` or `return` stands outside of a function, or the \
                           indentation is off"
                    .to_owned();
            found.push(Problem { path: file.path.to_owned(), range, message });
            continue;
        }
        let has_star = model.symbol("*").is_some_and(|star| file.tree.last_binding.contains_key(&(0, star)));
        for id in 0..file.tree.nodes.len() as u32 {
            let node = model.node(Place { file: index, node: id });
            let message = match node.kind() {
                Kind::Name if !has_star => undefined(node),
                Kind::Call => unawaited(node)
                    .or_else(|| awaited_in_vain(node))
                    .or_else(|| made_in_vain(node))
                    .or_else(|| given_wrongly(node)),
                Kind::Await => awaited_in_plain_function(node),
                Kind::Alias => not_in_file(node),
                Kind::With => encloses_nothing(node),
                Kind::Compare => compares_with_itself(node),
                Kind::WithItem => entered_wrongly(node),
                _ => None,
            };
            if let Some(message) = message {
                found.push(Problem { path: file.path.to_owned(), range: node.range(), message });
            }
        }
    }
    found
}

/// A name that no scope binds, and that is none of Python's own.
fn undefined(node: Node<'_>) -> Option<String> {
    let name = node.name();
    // An annotation may never be evaluated, and a module has names of its own such as `__file__`.
    let is_annotation = std::iter::once(node)
        .chain(node.ancestors())
        .any(|node| matches!(node.role(), Role::Annotation | Role::Returns));
    if node.data().is_store
        || is_annotation
        || name.starts_with("__")
        || is_built_in(name)
        || node.scope_of_name().is_some()
        || is_of_class(node)
    {
        return None;
    }
    Some(filled("`{}` is defined nowhere: a `NameError` when this line runs", &[name]))
}

/// Whether the class around a comprehension binds the name: what the comprehension goes through is evaluated there.
fn is_of_class(node: Node<'_>) -> bool {
    let tree = &node.source_file().tree;
    let mut scope = node.data().scope;
    while tree.scopes[scope as usize].kind == ScopeKind::Comprehension {
        scope = tree.scopes[scope as usize].parent;
    }
    tree.last_binding.contains_key(&(scope, node.symbol()))
}

/// A call that gives a coroutine, which nobody awaits and nobody is handed.
fn unawaited(call: Node<'_>) -> Option<String> {
    let name = coroutine_name(call)?;
    let parent = call.parent()?;
    if parent.is(Kind::ExprStatement) {
        return Some(filled("`{}` is called without `await`: its body never runs", &[name]));
    }
    let is_wrong = uses_result(call, parent)
        || matches!(parent.kind(), Kind::Assign | Kind::AnnAssign)
            && call.role() == Role::Value
            && is_kept_in_vain(parent)
        || call.function().is_some() && !is_run(call, 0);
    is_wrong.then(|| {
        filled("`{}` is called without `await`: this is a coroutine, and not what it returns", &[name])
    })
}

/// The name of an undecorated `async def` of these files, or of a library's, that a call calls.
fn coroutine_name(call: Node<'_>) -> Option<&str> {
    if call.api().is_some_and(|api| api.callable.coroutine) {
        // What is entered or gone through is no coroutine, and neither is what only gathers them.
        return (!call.does(Tag::Gathers)).then(|| call.callee_name());
    }
    let function = call.model.function_named_by(call.callee()?)?;
    let is_coroutine = function.is(Kind::FunctionDef) && function.is_async() && !function.is_generator();
    (is_coroutine && function.decorators().next().is_none()).then(|| function.name())
}

/// Whether an expression is used as if it were the result, which a coroutine never is.
fn uses_result(value: Node<'_>, parent: Node<'_>) -> bool {
    match parent.kind() {
        // A coroutine has methods of its own, and nobody calls them by accident.
        Kind::Attribute => {
            !parent.name().starts_with("__") && !matches!(parent.name(), "send" | "throw" | "close")
        }
        Kind::Subscript => value.role() == Role::Value,
        Kind::BinOp | Kind::Compare | Kind::UnaryOp | Kind::FString => true,
        Kind::For | Kind::Comprehension => value.role() == Role::Iterable && !parent.is_async(),
        Kind::If | Kind::While | Kind::Assert => value.role() == Role::Test,
        // A plain function may hand a coroutine on; one that awaits by itself means the result.
        Kind::Return => parent.function().is_some_and(Node::is_async),
        Kind::Call => {
            value.role() == Role::Argument
                && parent.callee().is_some_and(is_of_python)
                && ["len", "list", "dict", "set", "tuple", "sum", "sorted", "int", "float", "enumerate"]
                    .contains(&parent.callee_name())
        }
        _ => false,
    }
}

/// Whether what is assigned is used as a result somewhere, or nowhere at all.
fn is_kept_in_vain(assignment: Node<'_>) -> bool {
    let is_result = |name: Node<'_>| {
        name.assigned_value() == assignment.value()
            && name.parent().is_some_and(|parent| uses_result(name, parent))
    };
    assignment.function().is_some()
        && assignment.targets().all(|target| target.is(Kind::Name))
        && (uses(assignment).next().is_none() || uses(assignment).any(is_result))
}

/// `await` before a call of a plain function of these files that returns nothing that can be awaited.
fn awaited_in_vain(call: Node<'_>) -> Option<String> {
    let function = call.model.function_named_by(call.callee()?).filter(|_| call.is_awaited())?;
    let is_plain = function.is(Kind::FunctionDef)
        && !function.is_async()
        && !function.is_generator()
        && !function.is_stub()
        && function.decorators().next().is_none();
    let is_in_vain =
        is_plain && function.own_returns().all(|end| end.child(Role::Value).is_none_or(cannot_be_awaited));
    is_in_vain
        .then(|| filled("`{}` is no `async def`, and what it returns cannot be awaited", &[function.name()]))
}

/// Whether a value is certainly nothing that can be awaited: written out, computed, or from a call that blocks.
fn cannot_be_awaited(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::Dict | Kind::List | Kind::Set | Kind::Tuple | Kind::Str | Kind::FString | Kind::Bytes => true,
        Kind::Number | Kind::True | Kind::False | Kind::None | Kind::Compare => true,
        Kind::ListComp | Kind::SetComp | Kind::DictComp => true,
        Kind::Call => value.blocks_for().is_some() || value.receiver().is_some_and(cannot_be_awaited),
        _ => false,
    }
}

/// `await` in a function that is no `async def`.
fn awaited_in_plain_function(node: Node<'_>) -> Option<String> {
    let function =
        node.function().filter(|function| function.is(Kind::FunctionDef) && !function.is_async())?;
    Some(filled(
        "`await` stands in `{}`, which is no `async def`: Python refuses the file",
        &[function.name()],
    ))
}

/// An object that is made and dropped: an exception that is not raised, a statement that is not sent.
fn made_in_vain(call: Node<'_>) -> Option<String> {
    let makes = call.api().is_some_and(|api| api.is_constructor || api.has(Tag::BuildsStatement));
    (makes && call.function().is_some() && !is_used(call))
        .then(|| filled("what `{}` makes is used nowhere", &[call.callee_name()]))
}

/// A function of these files that is not given all that it needs, or more than it takes.
fn given_wrongly(call: Node<'_>) -> Option<String> {
    let named = call.scheduled_callable().filter(|named| !named.is(Kind::Call));
    let function = call.model.function_named_by(named.or_else(|| call.callee())?)?;
    let is_open = |parameter: Node<'_>| parameter.operator() == Operator::Multiply;
    if !function.is(Kind::FunctionDef)
        || function.owner().is_some()
        || function.decorators().next().is_some()
        || call.has_hidden_arguments()
        || function.parameters().any(is_open)
        || named.is_some() && !call.does(Tag::Offloads)
    {
        return None;
    }
    let name = function.name();
    if named.is_some() && function.is_async() {
        return Some(filled("`{}` is an `async def`: a thread only makes its coroutine", &[name]));
    }
    let lacks = |parameter: &Node<'_>| {
        parameter.child(Role::Default).is_none() && call.argument_for(function, *parameter).is_none()
    };
    if let Some(parameter) = function.parameters().find(lacks) {
        return Some(filled("`{}` is not given its `{}` here", &[name, parameter.name()]));
    }
    let is_unknown = |keyword: &Node<'_>| function.parameter(keyword.name()).is_none();
    if named.is_none()
        && let Some(keyword) = call.keywords().find(is_unknown)
    {
        return Some(filled("`{}` takes no `{}`", &[name, keyword.name()]));
    }
    // The arguments stand behind what is handed over.
    let before = call.positional().position(|argument| Some(argument) == named).map_or(0, |index| index + 1);
    (call.positional().count() > function.parameters().count() + before)
        .then(|| filled("`{}` is given more here than it takes", &[name]))
}

/// A name that is imported from one of these files, which does not have it.
fn not_in_file(alias: Node<'_>) -> Option<String> {
    let import = alias.parent().filter(|import| import.is(Kind::ImportFrom))?;
    let module = |path: &str| path.strip_suffix(".py").map(|path| path.replace('/', "."));
    let mut files = alias.model.python().map(|(_, file)| file);
    let file = files.find(|file| module(file.path).is_some_and(|module| module == import.name()))?;
    let is_there = file.tree.last_binding.keys().any(|(scope, name)| *scope == 0 && *name == alias.symbol());
    (!is_there && alias.name() != "*")
        .then(|| filled("`{}` is not in `{}`: an `ImportError` at the start", &[alias.name(), file.path]))
}

/// A comparison whose two sides are the same.
fn compares_with_itself(test: Node<'_>) -> Option<String> {
    let [left, right] = [Role::Left, Role::Right].map(|role| test.child(role).map_or("", Node::source));
    (left == right).then(|| filled("`{}` is compared with itself", &[left]))
}

/// A block that is entered, and holds nothing.
fn encloses_nothing(with: Node<'_>) -> Option<String> {
    let is_nothing = |statement: Node<'_>| statement.is(Kind::Pass) || statement.source() == "...";
    with.body()?.children().all(is_nothing).then(|| "nothing is done inside this `with`".to_owned())
}

/// A plain `with` for what only `async with` can enter.
fn entered_wrongly(item: Node<'_>) -> Option<String> {
    let context = item.child(Role::Context)?;
    let path = if context.is(Kind::Call) { context.callee()?.path() } else { context.path() }?;
    let is_async = ["asyncio.", "aiohttp.ClientSession"].iter().any(|known| path.starts_with(known))
        || path.contains(".Async");
    (is_async && !item.parent()?.is_async()).then(|| filled("`{}` needs `async with`", &[&context.excerpt()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Source, check_running};
    use crate::semantic::ParsedFiles;
    use crate::settings::Settings;

    fn found(text: &str) -> Vec<String> {
        let files = [Source { path: "main.py".to_owned(), text: text.to_owned() }];
        breaks(&Model::new(&files, &ParsedFiles::of(&files), &Settings::default()))
            .into_iter()
            .map(|problem| format!("{} {}", problem.range.start.line, problem.message))
            .collect()
    }

    const LOAD: &str = "import httpx\n\n\nasync def load(url):\n    async with httpx.AsyncClient() as client:\n        return await client.get(url)\n\n\n";

    #[test]
    fn a_name_that_is_defined_nowhere_is_found() {
        assert_eq!(
            found("async def feed():\n    return await asyncio.to_thread(print)\n"),
            ["2 `asyncio` is defined nowhere: a `NameError` when this line runs"]
        );
        for harmless in [
            "from a import *\nb()\n",
            "def f(x: Later) -> Later:\n    return x\n",
            "class A:\n    b = 1\n    c = [_ for _ in range(b)]\n\n    def d(self):\n        return super(), __class__, __name__\n",
            "def f():\n    global g\n    g = 1\n\n\ndef h():\n    return g\n",
            "try:\n    import x\nexcept ImportError as error:\n    print(error)\n",
            "match 1:\n    case 1:\n        pass\n    case [first, *others]:\n        print(first, others)\n",
            "print([i for j in range(3) if (i := j)])\n",
            "f = lambda a, *b, **c: (a, b, c)\n",
            "def first[T](items: list[T]) -> T:\n    found: T = items[0]\n    return found\n",
        ] {
            assert_eq!(found(harmless), [""; 0], "{harmless}");
        }
    }

    #[test]
    fn a_coroutine_that_nobody_awaits_is_found() {
        let in_feed = |line: &str| found(&format!("{LOAD}async def feed():\n{line}"));
        assert_eq!(in_feed("    load('a')\n"), ["10 `load` is called without `await`: its body never runs"]);
        for broken in [
            "    return load('a').json()\n",
            "    return load('a')\n",
            "    answer = load('a')\n    return answer.json()\n",
            "    answer = load('a')\n",
            "    for row in load('a'):\n        print(row)\n",
            "    if load('a'):\n        print(1)\n",
        ] {
            assert_eq!(in_feed(broken).len(), 1, "{broken}");
        }
        for harmless in [
            "    return await load('a')\n",
            "    answer = load('a')\n    return await answer\n",
            "    answer = load('a')\n    return await load(answer)\n",
            "    return [await each for each in [load('a')]]\n",
            "    return (await load('a')).json()\n",
        ] {
            assert_eq!(in_feed(harmless), [""; 0], "{harmless}");
        }
        let handed_on = format!("{LOAD}def feed():\n    return load('a')\n");
        assert_eq!(found(&handed_on), [""; 0]);
    }

    #[test]
    fn an_await_that_cannot_work_is_found() {
        assert_eq!(
            found(
                "import requests\n\n\ndef load(url):\n    return requests.get(url, timeout=5).json()\n\n\nasync def feed():\n    return await load('a')\n"
            ),
            ["9 `load` is no `async def`, and what it returns cannot be awaited"]
        );
        assert_eq!(
            found("import asyncio\n\n\ndef feed():\n    return await asyncio.sleep(1)\n"),
            ["5 `await` stands in `feed`, which is no `async def`: Python refuses the file"]
        );
        for harmless in [
            "import asyncio\n\n\ndef load():\n    return asyncio.sleep(1)\n\n\nasync def feed():\n    await load()\n",
            "class A:\n    def load(self): ...\n\n\nasync def feed(a: A):\n    await a.load()\n",
        ] {
            assert_eq!(found(harmless), [""; 0], "{harmless}");
        }
    }

    #[test]
    fn what_is_made_given_entered_or_imported_in_vain_is_found() {
        let load = "import asyncio\nfrom sqlalchemy import select\n\nslots = asyncio.Semaphore(3)\n\n\ndef load(url, limit=3):\n    return url, limit\n\n\nasync def feed(db):\n";
        let in_feed = |line: &str| found(&format!("{load}    {line}\n"));
        for (broken, part) in [
            ("query = select(load)", "what `select` makes is used nowhere"),
            ("load()", "`load` is not given its `url`"),
            ("load('a', 3, 4)", "more here than it takes"),
            ("load('a', size=3)", "`load` takes no `size`"),
            ("return await asyncio.to_thread(load, 'a', 1, 2)", "more here than it takes"),
            ("return await asyncio.to_thread(load)", "`load` is not given its `url`"),
            ("with slots:\n        load('a')", "`slots` needs `async with`"),
            ("async with slots:\n        pass", "nothing is done inside"),
            ("asyncio.sleep(1)", "`sleep` is called without `await`"),
            (
                "rows = asyncio.to_thread(load, 'a')\n    return len(rows)",
                "`to_thread` is called without `await`",
            ),
        ] {
            let found = in_feed(broken);
            assert!(found.len() == 1 && found[0].contains(part), "{broken}: {found:?}");
        }
        for harmless in [
            "return await db.scalar(select(load))",
            "load('a', limit=4)",
            "load(*db)",
            "return await asyncio.to_thread(load, 'a')",
            "return await asyncio.to_thread(load, url='a')",
            "async with slots:\n        load('a')",
            "rows = asyncio.to_thread(load, 'a')\n    rows = await rows\n    return len(rows)",
            "await asyncio.gather(*[asyncio.to_thread(load, one) for one in db])",
        ] {
            assert_eq!(in_feed(harmless), [""; 0], "{harmless}");
        }
        assert!(found("x = 1\nawait x\n")[0].contains("no Python file"));
        let files = [("app/a.py", "x = 1\n"), ("app/b.py", "from app.a import x, y\n")]
            .map(|(path, text)| Source { path: path.to_owned(), text: text.to_owned() });
        let report = check_running(&files, &Settings::default());
        assert!(report.problems[0].message.contains("`y` is not in `app/a.py`"), "{:?}", report.problems);
    }
}
