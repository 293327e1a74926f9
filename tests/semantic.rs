//! What the model makes of code: types, names across files, deadlines. Each test shows code as people write it and
//! asks what an expression is; `reveal(x)` marks the expressions.

use rubric_playground::check::Source;
use rubric_playground::semantic::{Deadline, EntryPoints, Model, Node, ParsedFiles, Type};
use rubric_playground::settings::Settings;

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

/// The type as a reader would write it.
fn shown(model: &Model<'_>, kind: Type) -> String {
    match kind {
        Type::Unknown => "unknown".to_owned(),
        Type::None => "None".to_owned(),
        Type::Module(file) => format!("module {}", model.files[file as usize].path),
        Type::Path(_) => format!("name {}", model.path_of(kind).unwrap_or_default()),
        Type::Foreign(_) => format!("foreign {}", model.path_of(kind).unwrap_or_default()),
        Type::Class(place) => format!("class {}", model.node(place).name()),
        Type::Function(place) | Type::Method(place) => {
            format!("function {}", model.node(place).qualified_name())
        }
        Type::Object(place) => model.node(place).name().to_owned(),
        Type::Instance(..) => {
            let name = model.path_of(kind).unwrap_or_default().to_string();
            match model.element(kind) {
                Type::Unknown => name,
                element => format!("{name}[{}]", shown(model, element)),
            }
        }
        Type::Bound(..) => format!("method {}", model.path_of(kind).unwrap_or_default()),
        Type::Awaitable(_) => format!("awaitable {}", shown(model, model.awaited(kind))),
        Type::Manager(_) => format!("manager {}", shown(model, model.entered(kind))),
    }
}

/// The types of the arguments of all calls of `reveal`, in order.
fn revealed(files: &[(&str, &str)]) -> Vec<String> {
    let sources = sources(files);
    let settings = Settings::default();
    let parsed = ParsedFiles::of(&sources);
    let model = Model::new(&sources, &parsed, &settings);
    model
        .calls()
        .filter(|call| call.callee_name() == "reveal")
        .filter_map(|call| call.argument(0))
        .map(|argument| shown(&model, argument.ty()))
        .collect()
}

#[track_caller]
fn reveals(code: &str, expected: &[&str]) {
    assert_eq!(revealed(&[("main.py", code)]), expected);
}

#[test]
fn imports_and_aliases() {
    reveals(
        "
import requests as r
from time import sleep as pause
import os.path
from httpx import AsyncClient
reveal(r.get)
reveal(pause)
reveal(os.path.exists)
reveal(AsyncClient())
def inner():
    import httpx
    reveal(httpx.get)
",
        &[
            "name requests.get",
            "name time.sleep",
            "name os.path.exists",
            "httpx.AsyncClient",
            "name httpx.get",
        ],
    );
}

#[test]
fn a_local_name_is_not_the_library() {
    reveals(
        "
import time
class time_like:
    def sleep(self): ...
def f(time):
    reveal(time.sleep)
def g():
    time = time_like()
    reveal(time.sleep)
def sleep(n): ...
reveal(sleep)
requests = {}
reveal(requests.get)
",
        &["unknown", "function time_like.sleep", "function sleep", "method builtins.dict.get"],
    );
}

#[test]
fn annotations() {
    reveals(
        "
from typing import Annotated, Optional
import httpx
from sqlalchemy.orm import Session
from fastapi import Depends
def get_db():
    yield 1
Db = Annotated[Session, Depends(get_db)]
def f(a: httpx.Client, b: Optional[httpx.Client], c: 'httpx.Client | None', d: httpx.Client | None = None,
      e: Annotated[httpx.Client, 'x'] = None, g: Db = None, h: list[httpx.Client] = None, i: 'Session' = None):
    reveal(a)
    reveal(b)
    reveal(c)
    reveal(d)
    reveal(e)
    reveal(g)
    reveal(h[0])
    for one in h:
        reveal(one)
    reveal(i)
",
        &[
            "httpx.Client",
            "httpx.Client",
            "httpx.Client",
            "httpx.Client",
            "httpx.Client",
            "sqlalchemy.orm.Session",
            "httpx.Client",
            "httpx.Client",
            "sqlalchemy.orm.Session",
        ],
    );
}

#[test]
fn dependencies_that_yield() {
    reveals(
        "
from fastapi import Depends, APIRouter
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
SessionLocal = sessionmaker(create_engine('postgresql://'))
AsyncSessionLocal = async_sessionmaker(create_async_engine('postgresql+asyncpg://'))
def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
async def get_async_db():
    async with AsyncSessionLocal() as session:
        yield session
router = APIRouter()
@router.get('/x')
async def handler(db=Depends(get_db), other=Depends(get_async_db)):
    reveal(db)
    reveal(other)
",
        &["sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession"],
    );
}

#[test]
fn rows_of_queries() {
    reveals(
        "
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.ext.asyncio import AsyncSession
class Base(DeclarativeBase): ...
class Usage(Base):
    __tablename__ = 'usage'
async def f(db: AsyncSession, old: Session):
    result = await db.execute(select(Usage).where(Usage.id == 1).with_for_update())
    row = result.scalar_one_or_none()
    reveal(row)
    reveal(await db.get(Usage, 1))
    reveal(old.query(Usage).filter(Usage.id == 1).first())
    for each in old.query(Usage).all():
        reveal(each)
    for each in (await db.scalars(select(Usage))).all():
        reveal(each)
    reveal(await db.scalar(select(Usage)))
",
        &["Usage", "Usage", "Usage", "Usage", "Usage", "Usage"],
    );
}

#[test]
fn attributes_of_self_and_singletons() {
    reveals(
        "
import httpx, requests
class Service:
    timeout = 5
    def __init__(self, client: httpx.AsyncClient, session=None):
        self.client = client
        self.session = session or requests.Session()
        self.cache: dict[str, int] = {}
    @property
    def inner(self) -> httpx.Client:
        return httpx.Client()
    def run(self):
        reveal(self.client)
        reveal(self.session)
        reveal(self.inner)
        reveal(self.run)
class Child(Service):
    def go(self):
        reveal(self.client)
service = Service(httpx.AsyncClient())
def f():
    reveal(service.client)
    reveal(service.inner.get)
",
        &[
            "httpx.AsyncClient",
            "requests.Session",
            "httpx.Client",
            "function Service.run",
            "httpx.AsyncClient",
            "httpx.AsyncClient",
            "method httpx.Client.get",
        ],
    );
}

#[test]
fn conditional_bindings() {
    reveals(
        "
import httpx
_client = None
def get_client():
    global _client
    if _client is None:
        _client = httpx.Client()
    return _client
reveal(get_client())
def f(fast):
    if fast:
        client = httpx.Client()
    else:
        client = None
    reveal(client)
    client = 5
    reveal(client)
try:
    import orjson as json
except ImportError:
    json = None
reveal(json)
",
        &["httpx.Client", "httpx.Client", "builtins.int", "name orjson"],
    );
}

#[test]
fn context_managers() {
    reveals(
        "
import httpx
from contextlib import asynccontextmanager, contextmanager
@asynccontextmanager
async def lease():
    client = httpx.AsyncClient()
    yield client
class Pool:
    async def __aenter__(self) -> httpx.AsyncClient: ...
async def f():
    async with lease() as a, httpx.AsyncClient() as b:
        reveal(a)
        reveal(b)
    async with Pool() as c:
        reveal(c)
",
        &["httpx.AsyncClient", "httpx.AsyncClient", "httpx.AsyncClient"],
    );
}

#[test]
fn langchain_and_sdk_chains() {
    reveals(
        "
from langchain_openai import ChatOpenAI
from langchain_core.prompts import ChatPromptTemplate
from openai import OpenAI
llm = ChatOpenAI(model='x')
chain = ChatPromptTemplate.from_template('x') | llm
reveal(chain.invoke)
reveal(llm.with_retry().bind_tools([]).invoke)
reveal(OpenAI().chat.completions.create)
class Mine(ChatOpenAI):
    pass
reveal(Mine().invoke)
",
        &[
            "method langchain_core.runnables.Runnable.invoke",
            "method langchain_openai.ChatOpenAI.invoke",
            "method openai.resources.Completions.create",
            "method langchain_openai.ChatOpenAI.invoke",
        ],
    );
}

#[test]
fn names_across_files() {
    let found = revealed(&[
        ("app/__init__.py", ""),
        ("app/services/__init__.py", "from .documents import load as load_document\nfrom app.db import *\n"),
        (
            "app/services/documents.py",
            "import requests\ndef load(): return requests.get('x')\nclass Loader:\n    def run(self): ...\n",
        ),
        ("app/db.py", "from sqlalchemy.orm import sessionmaker\nSessionLocal = sessionmaker()\n"),
        (
            "app/routes.py",
            "
from app.services import load_document, SessionLocal
from .services.documents import Loader
from . import db
import app.services.documents
from app.services import documents as docs
from ..missing import thing
from requests import get
reveal(load_document)
reveal(Loader().run)
reveal(db.SessionLocal())
reveal(SessionLocal())
reveal(app.services.documents.load)
reveal(docs.load)
reveal(thing)
reveal(get)
",
        ),
    ]);
    assert_eq!(
        found,
        [
            "function load",
            "function Loader.run",
            "sqlalchemy.orm.Session",
            "sqlalchemy.orm.Session",
            "function load",
            "function load",
            "name .missing.thing",
            "name requests.get",
        ]
    );
}

#[test]
fn an_import_root_that_was_not_given() {
    let found = revealed(&[
        ("services/billing.py", "def charge(): ...\n"),
        ("routes.py", "from backend.services.billing import charge\nreveal(charge)\n"),
        ("requests.py", "def get(): ...\n"),
        ("lib/httpx.py", "def get(): ...\n"),
        ("other.py", "import requests, httpx\nreveal(requests.get)\nreveal(httpx.get)\n"),
    ]);
    assert_eq!(found, ["function charge", "function get", "name httpx.get"]);
}

#[test]
fn unannotated_parameters_have_the_types_of_their_callers() {
    reveals(
        "
import httpx
def fetch(client, url):
    reveal(client)
def run():
    fetch(httpx.Client(), 'x')
    fetch(client=httpx.Client(), url='y')
",
        &["httpx.Client"],
    );
}

#[test]
fn cycles_and_long_chains_end() {
    let mut long = String::from("x0 = 1\n");
    for index in 1..5_000 {
        long.push_str(&format!("x{index} = x{}\n", index - 1));
    }
    long.push_str("reveal(x4999)\n");
    assert_eq!(revealed(&[("main.py", &long)]).len(), 1);
    reveals(
        "
class A(B): ...
class B(A): ...
def f(): return g()
def g(): return f()
a = b
b = a
reveal(A().x)
reveal(f())
reveal(a)
",
        &["unknown", "unknown", "unknown"],
    );
    let circular = revealed(&[
        ("a.py", "from b import *\nfrom b import x\nreveal(x)\n"),
        ("b.py", "from a import *\nfrom a import x\nreveal(x)\n"),
    ]);
    assert_eq!(circular, ["unknown", "unknown"]);
}

fn deadline_of(code: &str) -> String {
    let sources = sources(&[("main.py", code)]);
    let settings = Settings::default();
    let parsed = ParsedFiles::of(&sources);
    let model = Model::new(&sources, &parsed, &settings);
    let call: Node<'_> = model
        .calls()
        .find(|call| call.line() as usize == code.lines().count())
        .expect("a call on the last line");
    match call.deadline() {
        None => "none".to_owned(),
        Some(Deadline::Missing) => "missing".to_owned(),
        Some(Deadline::Removed(_)) => "removed".to_owned(),
        Some(Deadline::Optional(_)) => "optional".to_owned(),
        Some(Deadline::Given(_)) => "given".to_owned(),
        Some(Deadline::Default(seconds)) => format!("{seconds} s"),
        Some(Deadline::Unknown) => "unknown".to_owned(),
    }
}

#[test]
fn deadlines_of_calls() {
    for (code, expected) in [
        ("import requests\nrequests.get('x')", "missing"),
        ("import requests\nrequests.get('x', timeout=5)", "given"),
        ("import requests\nT = None\nrequests.get('x', timeout=T)", "removed"),
        ("import requests\ndef f(**k):\n    requests.get('x', **k)", "unknown"),
        ("import requests\nO = {'timeout': 3}\nrequests.get('x', **O)", "given"),
        ("import httpx\nhttpx.get('x')", "5 s"),
        ("import httpx\nc = httpx.Client(timeout=None)\nc.get('x')", "removed"),
        ("import httpx\nc = httpx.Client(timeout=9)\nc.get('x')", "given"),
        ("import httpx\nhttpx.Client(timeout=httpx.Timeout(None, connect=5))", "removed"),
        ("import httpx\ndef f(t=None):\n    httpx.Client(timeout=t)", "optional"),
        ("import httpx\nfrom openai import OpenAI\nOpenAI(http_client=httpx.Client(timeout=3))", "given"),
    ] {
        assert_eq!(deadline_of(code), expected, "{code}");
    }
}

#[test]
fn entry_points_of_functions() {
    let sources = sources(&[
        (
            "app/main.py",
            "
from contextlib import asynccontextmanager
import asyncio
from fastapi import FastAPI
from app.work import alone, clean, forever, prepare, repair, show

@asynccontextmanager
async def lifespan(app):
    await prepare()
    asyncio.create_task(forever())
    yield

app = FastAPI(lifespan=lifespan)

@app.get('/things')
async def things():
    return show()

@app.post('/admin/repair')
async def repair_all():
    await asyncio.to_thread(repair)
",
        ),
        (
            "app/work.py",
            "
async def prepare():
    clean()

async def forever():
    sweep()

def clean(): return 1
def sweep(): return 1
def show(): return clean()
def repair(): return 1
def alone(): return 1
",
        ),
        (
            "tests/test_work.py",
            "from app.work import prepare, repair\nasync def test_it():\n    await prepare()\n    repair()\n",
        ),
    ]);
    let settings = Settings::default();
    let parsed = ParsedFiles::of(&sources);
    let model = Model::new(&sources, &parsed, &settings);
    let of = |name: &str| {
        let function = model.functions().find(|function| function.name() == name).expect("a function");
        function.entry_points()
    };
    assert!(of("prepare").serve_nobody());
    assert!(of("clean").includes(EntryPoints::REQUEST) && of("clean").includes(EntryPoints::STARTUP));
    assert!(!of("clean").serve_nobody() && !of("clean").spare_users());
    assert_eq!(of("sweep"), EntryPoints::BACKGROUND);
    assert_eq!(of("show"), EntryPoints::REQUEST);
    assert!(of("repair").spare_users() && of("repair").are_rare() && !of("repair").serve_nobody());
    assert_eq!(of("alone"), EntryPoints::UNKNOWN);
}

#[test]
fn sessions_of_files_that_were_not_given() {
    reveals(
        "
from app.db import SessionLocal, async_session_maker, get_db, get_session, open_db
from app.http import http_session_factory, session_factory

module = SessionLocal()
reveal(module)

async def opened():
    async with async_session_maker() as session:
        reveal(session)

async def begun():
    async with async_session_maker.begin() as session:
        reveal(session)

async def of_http():
    async with session_factory() as session:
        reveal(session)
        await session.post('https://example.com')

async def named_for_http():
    async with http_session_factory() as session:
        reveal(session)

async def used(db=Depends(get_db), other=Depends(get_db)):
    row = await db.get(User, 1)
    reveal(db)
    reveal(other)

def handed_on(db=Depends(get_session)):
    reveal(db)

def nothing_said(db):
    reveal(db)
    db.execute('select 1')
",
        &[
            "sqlalchemy.orm.Session",
            "sqlalchemy.ext.asyncio.AsyncSession",
            "sqlalchemy.ext.asyncio.AsyncSession",
            "unknown",
            "unknown",
            "sqlalchemy.ext.asyncio.AsyncSession",
            "unknown",
            "sqlalchemy.orm.Session",
            "unknown",
        ],
    );
}

#[test]
fn what_the_application_keeps() {
    reveals(
        "
import httpx
from fastapi import FastAPI, Request

app = FastAPI()
app.state.http = httpx.AsyncClient()

async def handler(request: Request):
    reveal(request.app.state.http)
    reveal(request.app.state.other)
",
        &["httpx.AsyncClient", "unknown"],
    );
}

#[test]
fn what_the_application_keeps_may_keep_something_itself() {
    // Where the second `state` belongs is a question of the type of what the first one keeps.
    reveals(
        "\
from fastapi import FastAPI
from httpx import AsyncClient

app = FastAPI()
app.state.core = FastAPI()
app.state.core.state.client = AsyncClient()
reveal(app.state.core)
",
        &["fastapi.FastAPI"],
    );
}
