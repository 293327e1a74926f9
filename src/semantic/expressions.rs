//! Values and the words in names.

use super::Node;
use crate::secrets::{has_word, words_of};
use crate::stack::{Class, ClassTag};
use crate::syntax::{Kind, Operator, Role};

use super::Model;
use super::types::{PathId, Type};

/// What is done at once cannot be more: a process has no more ports.
pub const UNREACHED_AT_ONCE: f64 = 65_536.0;

/// Things that are kept or waited for, seconds among them, never come to so many: three years.
pub const UNREACHED_COUNT: f64 = 1e8;

/// Of a file or a body so many bytes are never sent.
pub const UNREACHED_BYTES: f64 = 1e12;

/// Whether a size that a file of a deployment gives as a limit, `1g`, `512Mi` or `25MB`, sets none: zero, or a hundred times
/// as much as the largest machines have.
pub fn is_no_limit_of_size(text: &str) -> bool {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let power = ['k', 'm', 'g', 't', 'p', 'e'].into_iter().zip(1..);
    let power = power.filter(|(letter, _)| unit.trim_start().to_ascii_lowercase().starts_with(*letter));
    let bytes =
        number.parse::<f64>().map(|number| number * 1000_f64.powi(power.map(|(_, power)| power).sum()));
    bytes.is_ok_and(|bytes| bytes == 0.0 || bytes >= 1000.0 * UNREACHED_BYTES)
}

impl<'s> Model<'s> {
    pub(super) fn path_class(&self, path: PathId) -> Option<&'static Class> {
        self.table.path_class(path).map(|class| &crate::stack::CLASSES[class as usize])
    }

    pub(super) fn path_function(&self, path: PathId) -> Option<&'static crate::stack::Callable> {
        self.table.path_function(path)
    }
}

impl<'m> Node<'m> {
    /// Whether a name of this text is read anywhere below.
    pub fn mentions(self, name: &str) -> bool {
        self.descendants().any(|node| node.is(Kind::Name) && node.name() == name)
    }

    /// The number that a literal, or a constant that stands for one, says.
    pub fn number(self) -> Option<f64> {
        let value = self.resolved_value();
        match value.kind() {
            Kind::Number => value.name().replace('_', "").parse().ok(),
            // Only one sign: `step = -step` in a loop is its own opposite for ever.
            Kind::UnaryOp => {
                let inner = value.value()?.resolved_value();
                if inner.is(Kind::Number) { inner.number().map(|number| -number) } else { None }
            }
            _ => None,
        }
    }

    /// Whether a value that stands where a limit does sets none: nothing, what is infinite, less than nothing, or so much that
    /// it is never reached: `None`, `math.inf`, `sys.maxsize`, `-1`, `10**12`.
    pub fn is_no_limit(self, unreached: f64) -> bool {
        let value = self.resolved_value();
        match value.kind() {
            Kind::None => true,
            Kind::Attribute | Kind::Name => value.names("math.inf") || value.names("sys.maxsize"),
            Kind::Call => {
                value.callee_name() == "float"
                    && value.argument(0).and_then(Node::string).is_some_and(|text| {
                        text.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("infinity")
                    })
            }
            _ => value.amount(0).is_some_and(|amount| !(0.0..unreached).contains(&amount)),
        }
    }

    /// The number that an expression of constants comes to: `5 * 1024 * 1024`, `10**12`, `1 << 40`.
    fn amount(self, depth: u32) -> Option<f64> {
        let value = self.resolved_value();
        if !value.is(Kind::BinOp) || depth > 4 {
            return value.number();
        }
        let side = |role| value.child(role)?.amount(depth + 1);
        let (left, right) = (side(Role::Left)?, side(Role::Right)?);
        match value.operator() {
            Operator::Add => Some(left + right),
            Operator::Multiply => Some(left * right),
            Operator::Arithmetic if value.source().contains("**") => Some(left.powf(right)),
            Operator::Arithmetic if value.source().contains("<<") => Some(left * right.exp2()),
            _ => None,
        }
    }

    /// The text of a string literal, or of a constant that stands for one.
    pub fn string(self) -> Option<&'m str> {
        let value = self.resolved_value();
        (value.is(Kind::Str) && !value.symbol().is_empty()).then(|| value.name())
    }

    /// Whether this expression only says yes or no: a comparison, `not`, `bool(…)`, what is annotated as `bool`, or an entry
    /// that is such wherever the dictionary is made.
    pub fn is_yes_or_no(self) -> bool {
        self.says_yes_or_no(0)
    }

    fn says_yes_or_no(self, depth: u32) -> bool {
        const DEEP: u32 = 4;
        let value = self.unwrapped().resolved_value();
        if depth > DEEP {
            return false;
        }
        match value.kind() {
            Kind::True | Kind::False | Kind::Compare => true,
            Kind::UnaryOp => value.operator() == Operator::Not,
            Kind::BoolOp => value.children().all(|part| part.says_yes_or_no(depth + 1)),
            Kind::Call => {
                value.callee().and_then(Node::path).is_some_and(|path| {
                    path.strip_prefix("builtins.")
                        .is_some_and(|name| matches!(name, "bool" | "isinstance" | "any" | "all" | "hasattr"))
                }) || value.target().is_some_and(|place| {
                    let function: Node<'m> = self.model.node(place);
                    function.child(Role::Returns).is_some_and(|kind| kind.name() == "bool")
                })
            }
            Kind::Name => value.as_parameter().is_some_and(|parameter| {
                parameter.child(Role::Annotation).is_some_and(|kind| kind.name() == "bool")
            }),
            Kind::Attribute => value.receiver().is_some_and(|owner| match owner.ty() {
                Type::Object(class) => {
                    let model: &'m Model<'m> = self.model;
                    let is_field = |field: &super::Field<'m>| {
                        field.name == value.name() && field.annotation.name() == "bool"
                    };
                    model.all_fields(class).iter().any(is_field)
                        || model.method_of(class, value.name()).is_some_and(|place| {
                            let property: Node<'m> = model.node(place);
                            property.child(Role::Returns).is_some_and(|kind| kind.name() == "bool")
                        })
                }
                _ => false,
            }),
            Kind::Subscript => {
                let (Some(table), Some(key)) = (value.child(Role::Value), value.child(Role::Index)) else {
                    return false;
                };
                let Some(key) = key.string() else { return false };
                let mut entries = table.dictionaries_behind().into_iter().peekable();
                entries.peek().is_some()
                    && entries.all(|made| {
                        made.dictionary_value(key).is_some_and(|entry| entry.says_yes_or_no(depth + 1))
                    })
            }
            _ => false,
        }
    }

    /// The dictionaries that this expression stands for: its own, or those that the given function behind it returns.
    fn dictionaries_behind(self) -> Vec<Node<'m>> {
        let value = self.unwrapped().resolved_value().unwrapped();
        if value.is(Kind::Dict) {
            return vec![value];
        }
        let Some(place) = value.target() else { return Vec::new() };
        let function: Node<'m> = self.model.node(place);
        function
            .own_returns()
            .filter_map(Node::value)
            .map(|returned| returned.resolved_value())
            .filter(|returned| returned.is(Kind::Dict))
            .collect()
    }

    /// Whether it is written out: a text, a number, `None`, or a name in capitals.
    pub fn is_constant(self) -> bool {
        match self.kind() {
            Kind::Str | Kind::Number | Kind::True | Kind::False | Kind::None | Kind::Bytes => true,
            Kind::Name | Kind::Attribute => self.name().chars().all(|c| c.is_ascii_uppercase() || c == '_'),
            _ => false,
        }
    }

    pub fn is_true(self) -> bool {
        self.resolved_value().is(Kind::True)
    }

    pub fn is_false(self) -> bool {
        self.resolved_value().is(Kind::False)
    }

    pub fn is_none(self) -> bool {
        self.resolved_value().is(Kind::None)
    }

    /// The HTTP status that an expression says: a number, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`.
    pub fn http_status(self) -> Option<u16> {
        if let Some(number) = self.number() {
            return Some(number as u16);
        }
        let value = self.resolved_value();
        if !value.is(Kind::Attribute) {
            return None;
        }
        let name = if value.name() == "value" { value.receiver()?.name() } else { value.name() };
        match name {
            "OK" => Some(200),
            "BAD_REQUEST" => Some(400),
            "UNAUTHORIZED" => Some(401),
            "FORBIDDEN" => Some(403),
            "NOT_FOUND" => Some(404),
            "CONFLICT" => Some(409),
            "UNPROCESSABLE_ENTITY" => Some(422),
            "TOO_MANY_REQUESTS" => Some(429),
            "INTERNAL_SERVER_ERROR" => Some(500),
            "BAD_GATEWAY" => Some(502),
            "SERVICE_UNAVAILABLE" => Some(503),
            "GATEWAY_TIMEOUT" => Some(504),
            _ => name.strip_prefix("HTTP_")?.split('_').next()?.parse().ok(),
        }
    }

    /// Whether a name that may mean a password, `pwd`, means the directory where a shell is: its file moves between
    /// directories or makes them by this name, or asks where it is.
    pub fn is_working_directory(self) -> bool {
        if self.name() != "pwd" {
            return false;
        }
        let is_place = |call: Node<'m>| {
            ["getcwd", "cwd", "chdir", "mkdir", "makedirs", "expanduser", "listdir"]
                .contains(&call.callee_name())
        };
        let module = self.at(0);
        let in_call = |call: Node<'m>| {
            is_place(call)
                && (call.positional().any(|argument| argument.descendants().any(|part| part.name() == "pwd"))
                    || call.statement().targets().any(|target| target.name() == "pwd"))
        };
        module.calls_within().any(in_call)
    }

    /// Whether the two expressions are written alike, and so mean the same where nothing is assigned in between.
    pub fn reads_like(self, other: Node<'_>) -> bool {
        self.source() == other.source()
    }
}

/// Texts that are looked for in many names, of which few have any: what begins none of them is passed by at once.
pub(super) struct Parts {
    parts: &'static [&'static str],
    /// A bit for the lowest five of each first letter's.
    firsts: u32,
}

impl Parts {
    pub(super) const fn new(parts: &'static [&'static str]) -> Self {
        let mut firsts = 0;
        let mut index = 0;
        while index < parts.len() {
            firsts |= 1 << (parts[index].as_bytes()[0] & 31);
            index += 1;
        }
        Self { parts, firsts }
    }

    /// Whether one of them is in the name.
    pub(super) fn any_in(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        bytes.iter().enumerate().any(|(at, &first)| {
            self.firsts >> (first & 31) & 1 == 1
                && self
                    .parts
                    .iter()
                    .any(|part| part.as_bytes()[0] == first && bytes[at..].starts_with(part.as_bytes()))
        })
    }
}

/// What a name is of, one of it: the last word that says so, in the singular. `document_ids` is of a document.
pub fn thing_named(name: &str) -> Option<String> {
    const NEUTRAL: [&str; 14] = [
        "id", "ids", "uuid", "uuids", "key", "keys", "name", "names", "slug", "slugs", "list", "paths",
        "rows", "ref",
    ];
    let mut words = words_of(name);
    while words.len() > 1 && words.last().is_some_and(|last| NEUTRAL.contains(&last.as_str())) {
        words.pop();
    }
    let mut last = words.pop()?;
    if last.ends_with("ies") && last.len() > 4 {
        last.truncate(last.len() - 3);
        last.push('y');
    } else if ["sses", "xes", "ches"].iter().any(|end| last.ends_with(end)) {
        last.truncate(last.len() - 2);
    } else if last.ends_with('s') && !last.ends_with("ss") {
        last.pop();
    }
    Some(last)
}

/// Whether the name of a function says that it takes out of a text what must not be seen.
pub fn is_masking_name(identifier: &str) -> bool {
    const MASKING: [&str; 11] = [
        "mask",
        "masked",
        "redact",
        "redacted",
        "scrub",
        "scrubbed",
        "sanitize",
        "sanitise",
        "obfuscate",
        "anonymize",
        "hash",
    ];
    has_word(identifier, &MASKING)
}

/// Whether a name says that its value is an address with a password in it: `database_url`, `dsn`.
pub fn is_connection_string_name(identifier: &str) -> bool {
    let words = words_of(identifier);
    let last_is = |options: &[&str]| words.last().is_some_and(|last| options.contains(&last.as_str()));
    let has = |options: &[&str]| words.iter().any(|word| options.contains(&word.as_str()));
    last_is(&["dsn"])
        || (last_is(&["url", "uri"])
            && has(&[
                "database",
                "db",
                "postgres",
                "postgresql",
                "redis",
                "mongo",
                "mongodb",
                "mysql",
                "amqp",
                "broker",
                "rabbitmq",
            ]))
        || (last_is(&["string", "str"]) && has(&["connection", "conn"]))
}

impl<'m> Node<'m> {
    /// Whether this name holds the whole body of a request, as it came: `body = await request.json()`.
    pub fn is_whole_body(self) -> bool {
        let read = self.resolved_value().unwrapped();
        self.is(Kind::Name)
            && read.is(Kind::Call)
            && matches!(read.callee_name(), "json" | "body" | "form")
            && read.receiver().is_some_and(|request| {
                request.is_a(ClassTag::Request) || (request.name() == "request" && read.is_awaited())
            })
    }
}

impl Node<'_> {
    /// Whether a value is another one each time: a part of it is drawn at random.
    pub fn is_made_at_random(self) -> bool {
        self.resolved_value().calls_within().any(|call| {
            ["uuid4", "uuid1", "uuid7", "token_hex", "token_urlsafe", "ulid", "ULID"]
                .contains(&call.callee_name())
        })
    }
}

/// The words of a text as SQL and Python have them: of letters, digits and underscores.
pub(super) fn identifiers_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
}

/// Whether a name says that its value is about a person: an address, a telephone number.
pub fn is_personal_name(identifier: &str) -> bool {
    let words = words_of(identifier);
    let last_is = |options: &[&str]| words.last().is_some_and(|last| options.contains(&last.as_str()));
    last_is(&["email", "phone", "ssn", "iban", "birthdate", "birthday"])
        || (words.len() > 1
            && words.windows(2).any(|two| {
                matches!(
                    (two[0].as_str(), two[1].as_str()),
                    ("email", "address")
                        | ("phone", "number")
                        | ("date", "birth")
                        | ("credit", "card")
                        | ("card", "number")
                )
            }))
}

#[cfg(test)]
mod tests {
    use crate::secrets::is_secret_name;

    #[test]
    fn parts_are_found_wherever_they_begin() {
        let parts = super::Parts::new(&["get", "éa", "Db"]);
        for with in ["get", "target", "gget", "a_Db", "üéa"] {
            assert!(parts.any_in(with), "{with}");
        }
        for without in ["", "ge", "db", "Get", "é", "g_e_t"] {
            assert!(!parts.any_in(without), "{without}");
        }
    }

    #[test]
    fn names_of_secrets_are_told_from_names_about_them() {
        for secret in [
            "password",
            "api_key",
            "openaiApiKey",
            "access_token",
            "client_secret",
            "token",
            "AUTH_HEADER",
            "db_pwd",
        ] {
            assert!(is_secret_name(secret), "{secret}");
        }
        for harmless in [
            "token_count",
            "max_tokens",
            "tokens_used",
            "token_type",
            "password_reset_url",
            "key_id",
            "tokenizer",
            "user_api_key_alias",
            "SIGNING_KEY_ENV",
            "initial_pwd",
            "old_pwd",
        ] {
            assert!(!is_secret_name(harmless), "{harmless}");
        }
    }
}
