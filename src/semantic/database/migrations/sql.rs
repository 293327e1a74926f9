//! Changes of the schema that are written as SQL, one statement or action at a time. What is not understood stays a
//! statement that may do anything.

use super::StepKind;

/// One statement, or one action of an `ALTER TABLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'m> {
    pub kind: StepKind,
    pub table: Option<&'m str>,
    /// The column, index or constraint.
    pub name: Option<&'m str>,
    /// The statement that it stands in.
    pub text: &'m str,
    pub alters: Option<Altered<'m>>,
    /// `CONCURRENTLY`
    pub is_concurrent: bool,
    /// `IF EXISTS`, `IF NOT EXISTS`
    pub is_conditional: bool,
    /// A column that it adds has no value for the rows that exist, and must have one.
    pub demands_value: bool,
    /// `NOT VALID`
    pub is_not_valid: bool,
}

/// What an `ALTER COLUMN` or a `RENAME COLUMN` changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Altered<'m> {
    Required,
    Type(&'m str),
    Name(&'m str),
    Other,
}

/// The statements of a text, in their order.
pub fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    // The body of a function or of `DO` is no list of statements.
    if text.contains("$$") {
        found.extend(unknown(text));
        return found;
    }
    for part in split(text, ';') {
        let words = words(part);
        if words.is_empty() {
            continue;
        }
        let before = found.len();
        read(&words, part.trim(), &mut found);
        if found.len() == before {
            found.extend(unknown(part));
        }
    }
    found
}

fn unknown(text: &str) -> Option<Statement<'_>> {
    let text = text.trim();
    (!text.is_empty()).then(|| Statement::new(StepKind::Execute, text))
}

impl<'m> Statement<'m> {
    fn new(kind: StepKind, text: &'m str) -> Self {
        Self {
            kind,
            table: None,
            name: None,
            text,
            alters: None,
            is_concurrent: false,
            is_conditional: false,
            demands_value: false,
            is_not_valid: false,
        }
    }

    /// The keywords that begin it, as a person would say them.
    pub fn said(&self) -> &'static str {
        match (self.kind, self.alters) {
            (StepKind::CreateTable, _) => "CREATE TABLE",
            (StepKind::DropTable, _) => "DROP TABLE",
            (StepKind::RenameTable, _) => "RENAME TO",
            (StepKind::AddColumn, _) => "ADD COLUMN",
            (StepKind::DropColumn, _) => "DROP COLUMN",
            (StepKind::AlterColumn, Some(Altered::Name(_))) => "RENAME COLUMN",
            (StepKind::AlterColumn, _) => "ALTER COLUMN",
            (StepKind::CreateIndex, _) => "CREATE INDEX",
            (StepKind::DropIndex, _) => "DROP INDEX",
            (StepKind::DropConstraint, _) => "DROP CONSTRAINT",
            (
                StepKind::CreateUnique
                | StepKind::CreateForeignKey
                | StepKind::CreateCheck
                | StepKind::CreateConstraint,
                _,
            ) => "ADD CONSTRAINT",
            _ => "execute",
        }
    }
}

/// The parts between a separator that stands outside of quotes, brackets and comments.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut depth, mut quote) = (0, 0_u32, None);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '-') if letters.peek().is_some_and(|(_, next)| *next == '-') => {
                while letters.peek().is_some_and(|(_, next)| *next != '\n') {
                    letters.next();
                }
            }
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if letter == separator && depth == 0 => {
                parts.push(&text[from..at]);
                from = at + letter.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The words of a statement; what stands in brackets is one word, comments are none.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
        let Some(first) = rest.chars().next() else { return found };
        if rest.starts_with("--") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        }
        if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
            continue;
        }
        let end = match first {
            '(' => closing(rest),
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            _ => word_end(rest),
        };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
}

/// The end of a word, quoted parts of a name included: `"public"."silos"`.
fn word_end(text: &str) -> usize {
    let mut is_quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | ')' | ',' | '\'' if at > 0 => return at,
            _ if letter.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

fn closing(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth <= 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// A name without its schema and its quotes.
fn bare(name: &str) -> &str {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.trim_matches(['"', '`'])
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// Words that are read from the left.
struct Words<'w, 'm> {
    rest: &'w [&'m str],
}

impl<'m> Words<'_, 'm> {
    /// Takes the keywords if they come next.
    fn take(&mut self, keywords: &[&str]) -> bool {
        let fits = self.rest.len() >= keywords.len()
            && keywords.iter().zip(self.rest).all(|(keyword, word)| word.eq_ignore_ascii_case(keyword));
        if fits {
            self.rest = &self.rest[keywords.len()..];
        }
        fits
    }

    fn name(&mut self) -> Option<&'m str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(bare(first)).filter(|name| !name.is_empty() && !name.starts_with('('))
    }

    fn condition(&mut self) -> bool {
        self.take(&["if", "not", "exists"]) || self.take(&["if", "exists"])
    }

    /// What is left up to one of the keywords, as it is written.
    fn until(&self, ends: &[&str], text: &'m str) -> &'m str {
        let taken =
            self.rest.iter().take_while(|word| !ends.iter().any(|end| word.eq_ignore_ascii_case(end)));
        match (self.rest.first(), taken.last()) {
            (Some(first), Some(last)) => &text[offset(text, first)..offset(text, last) + last.len()],
            _ => "",
        }
    }

    fn has(&self, keywords: &[&str]) -> bool {
        self.rest.windows(keywords.len()).any(|window| {
            keywords.iter().zip(window).all(|(keyword, word)| word.eq_ignore_ascii_case(keyword))
        })
    }
}

fn read<'m>(all: &[&'m str], text: &'m str, found: &mut Vec<Statement<'m>>) {
    let mut words = Words { rest: all };
    if words.take(&["alter", "table"]) {
        let is_conditional = words.condition();
        words.take(&["only"]);
        let Some(table) = words.name() else { return };
        let Some(first) = words.rest.first() else { return };
        let before = found.len();
        for action in split(&text[offset(text, first)..], ',') {
            let parts = self::words(action);
            found.extend(action_of(&parts, text).map(|statement| Statement {
                table: Some(table),
                is_conditional: statement.is_conditional || is_conditional,
                ..statement
            }));
        }
        let mut at = 0;
        // What is not understood is of no account beside what is.
        found.retain(|statement| {
            at += 1;
            at <= before || statement.kind != StepKind::Execute
        });
        return;
    }
    if words.take(&["create"]) {
        let is_unique = words.take(&["unique"]);
        if words.take(&["index"]) {
            let mut statement = Statement::new(StepKind::CreateIndex, text);
            statement.is_concurrent = words.take(&["concurrently"]);
            statement.is_conditional = words.condition();
            statement.name = if words.take(&["on"]) { None } else { words.name() };
            if statement.name.is_some() {
                words.take(&["on"]);
            }
            words.take(&["only"]);
            statement.table = words.name();
            found.push(statement);
        } else if !is_unique {
            words.take(&["unlogged"]);
            if words.take(&["table"]) {
                let is_conditional = words.condition();
                let table = words.name();
                found.push(Statement {
                    table,
                    is_conditional,
                    ..Statement::new(StepKind::CreateTable, text)
                });
            }
        }
        return;
    }
    for (keyword, kind) in [("table", StepKind::DropTable), ("index", StepKind::DropIndex)] {
        if words.take(&["drop", keyword]) {
            let mut statement = Statement::new(kind, text);
            statement.is_concurrent = words.take(&["concurrently"]);
            statement.is_conditional = words.condition();
            let name = words.name();
            match kind {
                StepKind::DropTable => statement.table = name,
                _ => statement.name = name,
            }
            found.push(statement);
        }
    }
}

/// One action of an `ALTER TABLE`, without the table.
fn action_of<'m>(words: &[&'m str], text: &'m str) -> Option<Statement<'m>> {
    let mut words = Words { rest: words };
    let mut statement = Statement::new(StepKind::Execute, text);
    if words.take(&["add"]) {
        if words.take(&["constraint"]) {
            statement.name = words.name();
        }
        let is_column = words.take(&["column"]);
        let kind = [
            ("unique", StepKind::CreateUnique),
            ("primary", StepKind::CreateConstraint),
            ("exclude", StepKind::CreateConstraint),
            ("foreign", StepKind::CreateForeignKey),
            ("check", StepKind::CreateCheck),
        ]
        .into_iter()
        .find(|(keyword, _)| !is_column && words.take(&[keyword]));
        if let Some((_, kind)) = kind {
            statement.kind = kind;
            statement.is_not_valid = words.has(&["not", "valid"]) || words.has(&["using", "index"]);
        } else if statement.name.is_none() {
            statement.is_conditional = words.condition();
            statement.name = words.name();
            statement.kind = StepKind::AddColumn;
            let has_value = words.rest.iter().any(|word| {
                let word = word.to_ascii_lowercase();
                matches!(word.as_str(), "default" | "generated" | "primary") || word.contains("serial")
            });
            statement.demands_value = words.has(&["not", "null"]) && !has_value;
        }
    } else if words.take(&["drop", "constraint"]) {
        statement.is_conditional = words.condition();
        statement.name = words.name();
        statement.kind = StepKind::DropConstraint;
    } else if words.take(&["drop"]) {
        words.take(&["column"]);
        statement.is_conditional = words.condition();
        statement.name = words.name();
        statement.kind = StepKind::DropColumn;
    } else if words.take(&["alter"]) {
        words.take(&["column"]);
        statement.name = words.name();
        statement.kind = StepKind::AlterColumn;
        words.take(&["set", "data"]);
        statement.alters = Some(if words.take(&["type"]) {
            Altered::Type(words.until(&["using", "collate"], text))
        } else if words.take(&["set", "not", "null"]) {
            Altered::Required
        } else {
            Altered::Other
        });
    } else if words.take(&["rename", "constraint"]) {
        return Some(statement);
    } else if words.take(&["rename", "to"]) {
        statement.kind = StepKind::RenameTable;
    } else if words.take(&["rename"]) {
        words.take(&["column"]);
        statement.name = words.name();
        words.take(&["to"]);
        statement.kind = StepKind::AlterColumn;
        statement.alters = words.name().map(Altered::Name);
    }
    Some(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        statements(text)
            .iter()
            .map(|one| {
                format!(
                    "{:?} {}.{}{}",
                    one.kind,
                    one.table.unwrap_or("-"),
                    one.name.unwrap_or("-"),
                    if one.demands_value { "!" } else { "" }
                )
            })
            .collect()
    }

    #[test]
    fn statements_are_read() {
        assert_eq!(
            said("ALTER TABLE public.silos ADD COLUMN owner text NOT NULL, DROP COLUMN IF EXISTS \"size\";"),
            ["AddColumn silos.owner!", "DropColumn silos.size"]
        );
        assert_eq!(
            said("alter table silos add size numeric(10, 2) default 0 not null"),
            ["AddColumn silos.size"]
        );
        assert_eq!(
            said("ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES c (id) NOT VALID"),
            ["CreateForeignKey a.fk"]
        );
        assert_eq!(
            said("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix ON a (b); DROP INDEX ix2; -- done\n"),
            ["CreateIndex a.ix", "DropIndex -.ix2"]
        );
        assert_eq!(said("CREATE INDEX ON a (b)"), ["CreateIndex a.-"]);
        assert_eq!(said("UPDATE a SET b = 'x; y'; DROP TABLE c"), ["Execute -.-", "DropTable c.-"]);
        assert_eq!(said("ALTER TABLE a ENABLE ROW LEVEL SECURITY"), ["Execute -.-"]);
        assert_eq!(said("ALTER TABLE a RENAME COLUMN b TO c"), ["AlterColumn a.b"]);
        assert_eq!(said("ALTER TABLE a RENAME TO b"), ["RenameTable a.-"]);
        assert_eq!(said("DO $$ BEGIN ALTER TABLE a ADD b int; END $$;"), ["Execute -.-"]);
        assert_eq!(said("CREATE TEMP TABLE a AS SELECT 1"), ["Execute -.-"]);
        assert_eq!(said(" ; "), [""; 0]);
        let kind = |text| statements(text)[0].alters;
        assert_eq!(kind("ALTER TABLE a ALTER COLUMN b TYPE bigint"), Some(Altered::Type("bigint")));
        assert_eq!(
            kind("ALTER TABLE a ALTER b SET DATA TYPE character varying (50) USING b::text"),
            Some(Altered::Type("character varying (50)"))
        );
        assert_eq!(kind("ALTER TABLE a ALTER b SET NOT NULL"), Some(Altered::Required));
        for odd in
            ["ALTER TABLE", "ALTER TABLE a", "CREATE INDEX", "((", "'", "\"é", "DROP TABLE", "--", "/*"]
        {
            statements(odd);
        }
    }
}
