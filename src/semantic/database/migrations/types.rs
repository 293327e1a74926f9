//! What a change of a column's type means for the rows that exist.

use super::Node;
use crate::syntax::Kind;

/// What a change of a column's type means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeChange {
    /// Some old values don't fit, or are cut.
    Narrower,
    /// The values are read as something else, which may fail.
    Converted,
    /// Every value fits, and every row is written anew.
    Rewritten,
}

/// A type of a column, as far as it matters for a change.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ColumnType {
    family: Family,
    /// Of a text its length, of an exact number its precision.
    size: Option<f64>,
    /// Of an exact number the digits behind the point.
    scale: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Text,
    /// By its bytes.
    Integer(u8),
    Exact,
    Float,
    Moment,
    Date,
    Boolean,
    Json,
    BinaryJson,
    Uuid,
    Enumeration,
}

fn family(name: &str) -> Option<Family> {
    Some(match name.to_ascii_lowercase().as_str() {
        "text" | "string" | "varchar" | "nvarchar" | "unicode" | "unicodetext" | "character"
        | "character varying" => Family::Text,
        "smallinteger" | "smallint" => Family::Integer(2),
        "integer" | "int" => Family::Integer(4),
        "biginteger" | "bigint" => Family::Integer(8),
        "numeric" | "decimal" => Family::Exact,
        "float" | "double" | "real" | "double_precision" | "double precision" => Family::Float,
        "datetime" | "timestamp" | "timestamptz" => Family::Moment,
        "date" => Family::Date,
        "boolean" | "bool" => Family::Boolean,
        "json" => Family::Json,
        "jsonb" => Family::BinaryJson,
        "uuid" => Family::Uuid,
        "enum" => Family::Enumeration,
        _ => return None,
    })
}

impl ColumnType {
    /// `sa.String(50)`, `sa.Numeric(18, scale=6)`, `postgresql.JSONB`
    fn of_node(node: Node<'_>) -> Option<Self> {
        let value = node.resolved_value();
        let is_call = value.is(Kind::Call);
        let family = family(if is_call { value.callee_name() } else { value.name() })?;
        let argument = |index, name| value.argument_or_keyword(index, name).and_then(Node::number);
        let size = match family {
            Family::Text => argument(0, "length"),
            Family::Exact => argument(0, "precision"),
            _ => None,
        };
        let scale = if family == Family::Exact { argument(1, "scale") } else { None };
        Some(Self { family, size, scale })
    }

    /// `varchar(50)`, `numeric(18, 6)`
    fn of_text(text: &str) -> Option<Self> {
        let (name, sizes) = text.split_once('(').unwrap_or((text, ""));
        let mut sizes = sizes.trim_end_matches(')').split(',').map(|size| size.trim().parse().ok());
        let family = family(name.trim())?;
        Some(Self { family, size: sizes.next().flatten(), scale: sizes.next().flatten() })
    }

    fn to(self, new: Self) -> Option<TypeChange> {
        use Family::*;
        use TypeChange::*;
        let shrinks =
            |old: Option<f64>, new: Option<f64>| new.is_some_and(|new| old.is_none_or(|old| new < old));
        match (self.family, new.family) {
            (Text, Text) => shrinks(self.size, new.size).then_some(Narrower),
            (Integer(old), Integer(new)) if new < old => Some(Narrower),
            (Integer(old), Integer(new)) => (new > old).then_some(Rewritten),
            (Exact, Exact) => {
                let is_cut = shrinks(self.size, new.size)
                    || (self.size.is_some() && new.size.is_some() && shrinks(self.scale, new.scale));
                is_cut.then_some(Narrower)
            }
            (Exact | Float, Integer(_)) | (Exact, Float) | (Moment, Date) => Some(Narrower),
            (Text, _) => Some(Converted),
            (old, new) if old == new => None,
            (_, Text) | (Integer(_) | Float, Exact) | (Integer(_), Float) | (Date, Moment) => Some(Rewritten),
            (Json, BinaryJson) | (BinaryJson, Json) => Some(Rewritten),
            _ => Some(Converted),
        }
    }
}

/// What the change from one type to another means, both as SQLAlchemy has them. Without the old one it is known only
/// that most types are stored in a way of their own.
pub fn type_change(old: Option<Node<'_>>, new: Node<'_>) -> Option<TypeChange> {
    let new = ColumnType::of_node(new)?;
    match old {
        Some(old) => ColumnType::of_node(old)?.to(new),
        None => from_unknown(new),
    }
}

/// The same for a type that SQL names.
pub fn type_change_to(new: &str) -> Option<TypeChange> {
    from_unknown(ColumnType::of_text(new)?)
}

fn from_unknown(new: ColumnType) -> Option<TypeChange> {
    // A longer text is the same text, and a time with a zone may be the same time.
    (!matches!(new.family, Family::Text | Family::Moment | Family::Exact | Family::Enumeration))
        .then_some(TypeChange::Rewritten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_apart() {
        let change = |old: &str, new: &str| ColumnType::of_text(old)?.to(ColumnType::of_text(new)?);
        assert_eq!(change("varchar(50)", "varchar(200)"), None);
        assert_eq!(change("varchar(50)", "text"), None);
        assert_eq!(change("text", "varchar(200)"), Some(TypeChange::Narrower));
        assert_eq!(change("bigint", "integer"), Some(TypeChange::Narrower));
        assert_eq!(change("integer", "bigint"), Some(TypeChange::Rewritten));
        assert_eq!(change("numeric(18, 6)", "numeric(10, 2)"), Some(TypeChange::Narrower));
        assert_eq!(change("numeric(10, 2)", "numeric(18, 6)"), None);
        assert_eq!(change("text", "integer"), Some(TypeChange::Converted));
        assert_eq!(change("timestamp", "timestamptz"), None);
        assert_eq!(change("timestamp", "date"), Some(TypeChange::Narrower));
        assert_eq!(change("json", "jsonb"), Some(TypeChange::Rewritten));
        assert_eq!(type_change_to("bigint"), Some(TypeChange::Rewritten));
        assert_eq!(type_change_to("character varying (50)"), None);
        assert_eq!(type_change_to("tsvector"), None);
    }
}
