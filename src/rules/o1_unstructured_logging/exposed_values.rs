//! Secrets and personal data in what is logged or printed.
//!
//! Quiet about what is wrapped, was masked or cut before, or is a number or a function with a telling name.

use crate::report::{Certainty, Severity};
use crate::rules::Findings;
use crate::semantic::{
    Node, Type, has_word, is_connection_string_name, is_masking_name, is_personal_name, is_secret_name,
    words_of,
};
use crate::stack::{ClassTag, Tag};
use crate::syntax::{Kind, Operator, Role};

/// What must not be in a log, and why.
pub struct Exposed<'m> {
    pub value: Node<'m>,
    pub severity: Severity,
    pub what: &'static str,
    /// What a less than secret value is called.
    pub named: &'static str,
}

impl Exposed<'_> {
    /// Whether the same is to be said of both, where they stand in one file: they have one name, or one key. Each record with
    /// a secret is told by itself, since each has to go.
    pub fn is_told_with(&self, other: &Self) -> bool {
        let name = |value: Node<'_>| value.child(Role::Index).unwrap_or(value).name().to_owned();
        self.severity == Severity::Low
            && other.severity == Severity::Low
            && self.named == other.named
            && name(self.value) == name(other.value)
    }
}

/// What is bound to a logger: `log.bind(user=user)`.
pub fn check_bound(call: Node<'_>, findings: &mut Findings<'_>) {
    if let Some(exposed) = exposed_in(call).filter(|exposed| exposed.severity > Severity::Low) {
        report_exposed(call, &exposed, &[], findings);
    }
}

/// The worst of the values that a call writes out.
pub fn exposed_in<'m>(call: Node<'m>) -> Option<Exposed<'m>> {
    let mut worst: Option<Exposed<'m>> = None;
    let values = call.children().skip(1).filter(|argument| {
        !(argument.is(Kind::Keyword)
            && ["exc_info", "stack_info", "stacklevel", "file", "sep", "end", "flush"]
                .contains(&argument.name()))
    });
    for value in values {
        look_into(value, 0, &mut |found| {
            if worst.as_ref().is_none_or(|worst| worst.severity < found.severity) {
                worst = Some(found);
            }
        });
    }
    worst
}

/// Visits what of a value ends up in the text.
fn look_into<'m>(value: Node<'m>, depth: u32, found: &mut dyn FnMut(Exposed<'m>)) {
    if depth > 8 {
        return;
    }
    match value.kind() {
        Kind::Keyword | Kind::Starred | Kind::Await | Kind::Named => {
            if let Some(inner) = value.children().next() {
                look_into(inner, depth + 1, found);
            }
        }
        Kind::DictItem => {
            if let Some(inner) = value.child(Role::Value) {
                look_into(inner, depth + 1, found);
                // `extra={"email": mail["To"]}`: the key says what it is.
                let is_personal = value.child(Role::Key).is_some_and(|key| is_personal_name(key.name()));
                if is_personal && matches!(inner.kind(), Kind::Subscript | Kind::Attribute) {
                    let (severity, what) = (Severity::Low, "is about a person, by its key");
                    found(Exposed { value: inner, severity, what, named: "personal data" });
                }
            }
        }
        Kind::FString | Kind::Tuple | Kind::List | Kind::Set | Kind::Dict | Kind::BoolOp => {
            for child in value.children() {
                look_into(child, depth + 1, found);
            }
        }
        Kind::BinOp if matches!(value.operator(), Operator::Add | Operator::Modulo) => {
            for child in value.children() {
                look_into(child, depth + 1, found);
            }
        }
        Kind::Conditional => {
            for role in [Role::Body, Role::Orelse] {
                if let Some(child) = value.child(role) {
                    look_into(child, depth + 1, found);
                }
            }
        }
        Kind::Call => look_into_call(value, depth, found),
        Kind::Name | Kind::Attribute => {
            if let Some(exposed) = exposed(value) {
                found(exposed);
            } else if holds_authorization(value.resolved_value()) && !was_masked(value) {
                found(Exposed {
                    value,
                    severity: Severity::High,
                    what: "holds the Authorization header",
                    named: "",
                });
            }
        }
        Kind::Subscript => {
            let key = value.child(Role::Index).filter(|index| index.is(Kind::Str));
            if key.is_some_and(|key| {
                is_secret_name(key.name()) || key.name().eq_ignore_ascii_case("authorization")
            }) {
                found(Exposed { value, severity: Severity::High, what: "is a secret by its key", named: "" });
            } else if key.is_some_and(|key| is_personal_name(key.name())) {
                let (severity, what) = (Severity::Low, "is about a person, by its key");
                found(Exposed { value, severity, what, named: "personal data" });
            }
        }
        // `[row["phone"] for row in rows]`
        Kind::ListComp | Kind::SetComp | Kind::Generator => {
            if let Some(each) = value.child(Role::Value) {
                look_into(each, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// Whether a dictionary holds the header, on one of the branches that make it at least.
fn holds_authorization(made: Node<'_>) -> bool {
    match made.kind() {
        Kind::Conditional => [Role::Body, Role::Orelse]
            .into_iter()
            .filter_map(|role| made.child(role))
            .any(holds_authorization),
        _ => made.dictionary_value("Authorization").is_some_and(|header| !header.is_constant()),
    }
}

/// Visits what a call hands through: the text of its argument, all that an object holds, a secret out of its wrapper.
fn look_into_call<'m>(value: Node<'m>, depth: u32, found: &mut dyn FnMut(Exposed<'m>)) {
    let shows_argument =
        ["str", "repr", "dict", "list", "tuple", "format", "dumps", "pformat"].contains(&value.callee_name());
    if shows_argument {
        for argument in value.positional().chain(value.keywords()) {
            look_into(argument, depth + 1, found);
        }
    }
    // `settings.model_dump()` shows all that the object holds.
    if matches!(value.callee_name(), "model_dump" | "model_dump_json" | "dict" | "json")
        && let Some(whole) = value.receiver()
        && !["exclude", "include"].iter().any(|name| value.keyword(name).is_some())
        && (whole.is_a(ClassTag::SettingsModel) || whole.is_a(ClassTag::DataModel))
    {
        look_into(whole, depth + 1, found);
    }
    let unwraps = value.receiver().is_some_and(|receiver| receiver.is_a(ClassTag::Secret))
        && value.callee_name().contains("secret");
    if unwraps {
        found(Exposed {
            value,
            severity: Severity::High,
            what: "is a secret taken out of its wrapper",
            named: "",
        });
    }
}

/// Why the value of a name or an attribute must not be in a log.
fn exposed<'m>(value: Node<'m>) -> Option<Exposed<'m>> {
    let high = |what| Some(Exposed { value, severity: Severity::High, what, named: "" });
    let low = |named, what| Exposed { value, severity: Severity::Low, what, named };
    if value.is_a(ClassTag::Secret) {
        return None;
    }
    let holds_number =
        value.instance_of().is_some_and(|class| matches!(class.short_name(), "int" | "bool" | "float"));
    let name = value.name();
    if is_secret_name(name)
        && !holds_number
        && !value.is_working_directory()
        && !is_module_or_callable(value)
        && !was_masked(value)
        && !is_one_of_many(value)
    {
        return high("is a secret by its name");
    }
    if is_connection_string_name(name) && !is_of_a_file(value) {
        return high("is an address that carries a password");
    }
    if is_configured_key(value) && !holds_number && !was_masked(value) {
        return high("is a key that the settings keep");
    }
    if name == "headers"
        && value.receiver().is_some_and(|r| r.is_a(ClassTag::Request) || r.name() == "request")
    {
        return high("holds the Authorization header and the cookies");
    }
    if value.api_when_called().is_some_and(|api| api.has(Tag::HoldsSecrets)) {
        return high("holds every secret that the process was given");
    }
    let shows = || [ClassTag::SettingsModel, ClassTag::DataModel].iter().any(|&tag| value.is_a(tag));
    if (shows() || value.shows_all_fields()) && plain_secret_field(value) {
        return high("prints its plain fields, secrets among them");
    }
    if is_personal_name(name) {
        return Some(low("personal data", "is about a person"));
    }
    if value.is_whole_body() {
        return Some(low(
            "a whole request",
            "is all that the client sent, passwords and personal data included",
        ));
    }
    if is_prompt(value) && !holds_number && !is_module_or_callable(value) && !was_masked(value) {
        return Some(low("what somebody wrote", "may hold whatever a person tells the model"));
    }
    None
}

/// Whether a value is a key in the settings, `settings.vendor_key`: what opens something, and no name of a place.
fn is_configured_key(value: Node<'_>) -> bool {
    const PLACES: [&str; 12] = [
        "file",
        "object",
        "cache",
        "partition",
        "sort",
        "primary",
        "foreign",
        "routing",
        "public",
        "redis",
        "storage",
        "idempotency",
    ];
    let words = words_of(value.name());
    let of_settings = || {
        value.receiver().is_some_and(|owner| {
            owner.is_a(ClassTag::SettingsModel)
                || matches!(owner.name(), "settings" | "conf" | "cfg") && owner.as_parameter().is_none()
        })
    };
    value.is(Kind::Attribute)
        && matches!(&*words, [.., of, last] if last == "key" && !PLACES.contains(&of.as_str()))
        && of_settings()
}

/// Whether a value is what somebody wrote to a model, by its name and, where that is any prompt, by who comes here.
fn is_prompt(value: Node<'_>) -> bool {
    match value.name() {
        "user_prompt" | "user_message" | "user_input" | "chat_history" | "conversation_history" => true,
        "prompt" => value.function().is_some_and(|function| {
            function.route().is_some() || has_word(function.name(), &["chat", "answer", "ask", "reply"])
        }),
        // What a conversation is given: a text of its own, or a field of its body.
        "text" | "message" | "question" | "content" | "input" => {
            let given = value.receiver().unwrap_or(value).as_parameter();
            given.and_then(Node::parent).is_some_and(Node::is_on_chat_path)
                && (value.is(Kind::Name)
                    || value.receiver().is_some_and(|body| body.is_a(ClassTag::DataModel)))
        }
        _ => false,
    }
}

/// Whether a loop goes over tokens: of a text, or coins.
fn is_one_of_many(value: Node<'_>) -> bool {
    value.name() == "token"
        && value
            .surroundings()
            .filter(|around| around.is(Kind::For))
            .flat_map(Node::targets)
            .any(|target| target.name() == "token")
}

/// Whether an address is that of a file of SQLite, by its value or its default.
fn is_of_a_file(value: Node<'_>) -> bool {
    let default = value.as_parameter().and_then(|parameter| parameter.child(Role::Default));
    default.unwrap_or(value.resolved_value()).source().contains("sqlite://")
}

/// Whether what reaches the log was cut or masked before: `key = key[:4] + "…"`.
fn was_masked(value: Node<'_>) -> bool {
    let tree = &value.source_file().tree;
    value.is(Kind::Name)
        && value.reaching_bindings().iter().any(|&binding| {
            let target = value.at(tree.bindings[binding as usize].node);
            target.parent().and_then(|parent| parent.child(Role::Value)).is_some_and(|made| {
                made.descendants().any(|node| match node.kind() {
                    Kind::Slice => true,
                    Kind::Call => {
                        is_masking_name(node.callee_name()) || node.callee_name().contains("digest")
                    }
                    _ => false,
                })
            })
        })
}

fn is_module_or_callable(value: Node<'_>) -> bool {
    matches!(value.ty(), Type::Module(_) | Type::Class(_) | Type::Function(_) | Type::Method(_))
}

/// Whether a given settings class has a secret that is not wrapped.
fn plain_secret_field(value: Node<'_>) -> bool {
    let Type::Object(class) = value.ty() else { return false };
    let class = value.model.node(class);
    let Some(body) = class.body() else { return false };
    body.children().filter(|field| field.is(Kind::AnnAssign)).any(|field| {
        let named = field
            .targets()
            .any(|target| is_secret_name(target.name()) || is_connection_string_name(target.name()));
        // An address with its password in it: `PostgresDsn`.
        let is_address = || {
            let parts = field.child(Role::Annotation).into_iter().flat_map(Node::descendants);
            parts.into_iter().any(|part| part.is(Kind::Name) && part.name().ends_with("Dsn"))
        };
        let named = named || is_address();
        let wrapped = field.targets().any(|target| target.is_a(ClassTag::Secret));
        let is_hidden = field
            .calls_within()
            .any(|call| call.keyword("repr").is_some_and(|shown| shown.resolved_value().is(Kind::False)));
        named && !wrapped && !is_hidden
    })
}

/// Reports what a record exposes, together with those of the others behind it of which the same is to be said.
pub fn report_exposed(
    call: Node<'_>,
    exposed: &Exposed<'_>,
    others: &[(Node<'_>, Exposed<'_>)],
    findings: &mut Findings<'_>,
) {
    let (mut message, conforming) = if exposed.severity == Severity::Low {
        (
            format!(
                "`{}` writes {}, `{}`, into the log",
                call.called(),
                exposed.named,
                exposed.value.excerpt()
            ),
            "Log an id instead, from which those who may can find the person.",
        )
    } else {
        (
            format!("`{}` writes `{}` into the log", call.called(), exposed.value.excerpt()),
            "Leave it out, or log what is safe to know: whether it is set, its id, its last four characters. Wrap secrets in `SecretStr`.",
        )
    };
    let others: Vec<_> = others.iter().filter(|(_, other)| exposed.is_told_with(other)).collect();
    if !others.is_empty() {
        message.push_str(&format!(": {} records in this file", others.len() + 1));
    }
    let mut draft = findings
        .report(call, exposed.severity, Certainty::Sure, message)
        .because(exposed.value, format!("`{}` {}", exposed.value.excerpt(), exposed.what));
    for (_, other) in others.iter().take(9) {
        draft = draft.because(other.value, format!("`{}` {}", other.value.excerpt(), other.what));
    }
    draft.conforming(conforming);
}
