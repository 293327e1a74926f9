//! Values that Python reads, tests or adds to, and that a statement or command of its own then writes back: to the
//! database, or to a cache.

use crate::semantic::expressions::identifiers_in;
use crate::semantic::{Model, Node, Place, ends_with_word};
use crate::stack::{System, Tag};
use crate::syntax::{Kind, Operator, Role};

/// A write of what was computed from an earlier read, or of what an earlier read has allowed.
#[derive(Clone, Copy, Debug)]
pub struct StaleWrite<'m> {
    /// The statement or command that writes.
    pub at: Node<'m>,
    /// The one that reads.
    pub read: Node<'m>,
    /// The column or key, as it is written.
    pub what: &'m str,
    /// The test between the two, where it is one that decides and no sum.
    pub test: Option<Node<'m>>,
    /// `Storage` for a store of items that has conditions, and no locks.
    pub system: System,
}

/// A statement that sets the state of a row which was looked for before.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'m> {
    pub at: Node<'m>,
    /// The query that found the row.
    pub read: Node<'m>,
    pub column: &'m str,
    /// The test of the row that was found, where it was no next one of several.
    pub test: Option<Node<'m>>,
}

const STATES: [&str; 4] = ["status", "state", "phase", "stage"];

/// What writes an item or document of a store.
const ITEM_WRITES: [&str; 4] = ["put_item", "update_item", "update_one", "replace_one"];

impl<'m> Node<'m> {
    /// What this call writes back that was computed from an earlier read in the same function.
    fn stale_write(self) -> Option<StaleWrite<'m>> {
        match self.api() {
            Some(api) if api.callable.crosses == Some(System::Cache) => self.stale_cache_write(),
            Some(api) if api.has(Tag::WritesStatement) => self.stale_statement(),
            _ if ITEM_WRITES.contains(&self.callee_name()) => self.stale_item(),
            _ => self.stale_sql().or_else(|| self.stale_insert()),
        }
    }

    /// `update(Usage).values(used=used + 1)`, where `used` was selected before.
    fn stale_statement(self) -> Option<StaleWrite<'m>> {
        let of_keywords = self.keywords().filter_map(|keyword| Some((keyword.name(), keyword.value()?)));
        let of_dictionaries = self
            .positional()
            .chain(self.keywords().filter_map(Node::value))
            .filter(|value| value.is(Kind::Dict))
            .flat_map(Node::children)
            .filter_map(|item| {
                let column = item.child(Role::Key)?;
                (item.is(Kind::DictItem) && matches!(column.kind(), Kind::Str | Kind::Attribute))
                    .then(|| Some((column.name(), item.child(Role::Value)?)))?
            });
        let (what, read) = of_keywords.chain(of_dictionaries).find_map(|(column, value)| {
            if value.resolved_value().adds_to_column(column) {
                return None;
            }
            let read = value.summed_from(&rows_read_by)?;
            (value.mentions_through_names(column) || mentions(read, column)).then_some((column, read))
        })?;
        let is_guarded = self.receiver().is_some_and(|built| {
            built.selects_by(what) || built.selects_by("version") || built.selects_by("version_id")
        });
        (!is_guarded).then_some(StaleWrite { at: self, read, what, test: None, system: System::Database })
    }

    /// `UPDATE quota SET used = :used`, where the argument was computed from what a `SELECT` gave.
    fn stale_sql(self) -> Option<StaleWrite<'m>> {
        let (mut columns, condition) = set_columns(self.sql()?)?;
        columns.retain(|(column, _)| !condition.contains(&column.to_ascii_lowercase()));
        // What counts or dates the changes tells whether there was another one.
        let is_expected =
            || ["version", "revision", "updated_at", "xmin"].iter().any(|name| condition.contains(name));
        if columns.is_empty() || is_expected() {
            return None;
        }
        let arguments = self.children().skip(1).filter(|argument| argument.role() == Role::Argument).skip(1);
        let (what, read) =
            arguments.flat_map(|argument| argument.resolved_value().descendants()).find_map(|value| {
                let read = matches!(value.kind(), Kind::BinOp | Kind::Name)
                    .then(|| value.summed_from(&rows_read_by))??;
                let is_named = |what: &&str| value.mentions_through_names(what);
                let is_read = |what: &&str| {
                    read.sql().map(selected).is_none_or(|columns| {
                        columns.contains(&what.to_ascii_lowercase())
                            || (columns.contains('*') && is_named(what))
                    })
                };
                let read_names = || columns.iter().map(|(what, _)| *what).filter(is_read);
                let what = read_names().find(is_named).or_else(|| read_names().next())?;
                Some((what, read))
            })?;
        Some(StaleWrite { at: self, read, what, test: None, system: System::Database })
    }

    /// `INSERT INTO members …` behind a test of how many rows of the same table were counted.
    fn stale_insert(self) -> Option<StaleWrite<'m>> {
        let sql = self.sql()?;
        let lower = sql.to_ascii_lowercase();
        let mut words = sql.split(|letter: char| letter.is_whitespace() || letter == '(');
        let is_insert = words.next().is_some_and(|first| first.eq_ignore_ascii_case("insert"));
        let what = words.nth(1).filter(|table| is_insert && !table.is_empty())?;
        let counts = |call: Node<'m>| {
            rows_read_by(call).filter(|read| {
                let text = read.sql().unwrap_or("").to_ascii_lowercase();
                text.contains("count(") && text.contains(&format!(" from {}", what.to_ascii_lowercase()))
            })
        };
        let (test, read) = self.test_before(&counts)?;
        (test.descendants().any(Node::compares_order)
            && !lower.contains(" conflict")
            && !lower.contains("select"))
        .then_some(StaleWrite { at: self, read, what, test: Some(test), system: System::Database })
    }

    /// The calls of this call's function that hand it what its UPDATE writes, and that was computed from what another given
    /// function reads: `total = await used(conn) + n`, then `await store(conn, total)`.
    fn handed_stale(self) -> Vec<StaleWrite<'m>> {
        let model: &'m Model<'m> = self.model;
        let written = || {
            let (what, value) = *set_columns(self.sql()?)?.0.first()?;
            let number =
                value.strip_prefix('$').and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
            let given = match number {
                Some(number) => self.argument(number.parse().ok()?)?,
                None => self.argument(1)?,
            };
            let given = if given.is(Kind::Tuple) { given.children().next()? } else { given };
            Some((what, given.as_parameter()?, self.function()?))
        };
        let Some((what, parameter, function)) = written() else { return Vec::new() };
        let calls = model.callers_of(function.place()).iter().map(|&call| model.node(call));
        let stale = calls.filter_map(|call| {
            let read = call.argument_for(function, parameter)?.summed_from(&rows_read_by)?;
            Some(StaleWrite { at: call, read, what, test: None, system: System::Database })
        });
        stale.collect()
    }

    /// `table.put_item(Item=item)` without a condition, where something was added to what `get_item` gave; the same for
    /// documents.
    fn stale_item(self) -> Option<StaleWrite<'m>> {
        if self.has_hidden_arguments() || self.keyword("ConditionExpression").is_some() {
            return None;
        }
        let reads = |call: Node<'m>| {
            let of_table = || call.receiver()?.reads_like(self.receiver()?).then_some(call);
            let is_read = matches!(call.callee_name(), "get_item" | "find_one") && call.id < self.id;
            of_table().filter(|_| is_read)
        };
        let given = || self.positional().skip(1).chain(self.keywords().filter_map(Node::value));
        let of_entries = given().flat_map(|given| given.resolved_value().descendants()).find_map(|part| {
            let read = part.value().filter(|_| part.is(Kind::DictItem))?.summed_from(&reads)?;
            // `{":n": {"N": str(left - 1)}}`
            let mut keys = part.surroundings().chain([part]).filter_map(|item| item.child(Role::Key));
            let own = part.child(Role::Key)?;
            let key = if own.name() == "N" { keys.next()? } else { own };
            Some((key.name().trim_start_matches(':'), read))
        });
        let of_item = || {
            let item =
                self.keyword("Item").or_else(|| self.argument(1)).filter(|item| item.is(Kind::Name))?;
            let before = self.function()?.own_assignments().filter(|set| set.id < self.id);
            let found = before.filter_map(|set| {
                let entry = set.targets().next().filter(|entry| entry.is(Kind::Subscript))?;
                entry.value().filter(|of| of.reads_like(item))?;
                let read = match set.is(Kind::AugAssign) {
                    true => entry.source_call(&reads, 0),
                    false => set.value()?.summed_from(&reads),
                };
                Some((entry.child(Role::Index)?.name(), read?))
            });
            found.last()
        };
        let (what, read) = of_entries.or_else(of_item)?;
        // A document that is looked for by what was read.
        let expects = |key: Node<'m>| key.name() == what || key.name() == "version";
        let filter = self.argument(0).map(Node::resolved_value);
        let is_guarded = filter.is_some_and(|filter| {
            filter.descendants_of(Kind::DictItem).filter_map(|item| item.child(Role::Key)).any(expects)
        });
        (!is_guarded).then_some(StaleWrite { at: self, read, what, test: None, system: System::Storage })
    }

    /// `set(key, count + 1)` behind a `get` of the same key; a command that adds, behind a test of what `get` gave; or
    /// `set(key, 1)` where `exists` found nothing.
    fn stale_cache_write(self) -> Option<StaleWrite<'m>> {
        const RAISES: [&str; 6] = ["incr", "incrby", "decr", "decrby", "hincrby", "zincrby"];
        let name = self.callee_name();
        let key = self.argument(0)?;
        let of_key = |call: Node<'m>| {
            call.api().is_some_and(|api| api.callable.crosses == Some(System::Cache))
                && call.id < self.id
                && call
                    .argument(0)
                    .is_some_and(|other| other.reads_like(key) || other.source() == key.source())
        };
        let reads =
            |call: Node<'m>| (of_key(call) && matches!(call.callee_name(), "get" | "hget")).then_some(call);
        let found =
            |read, test| Some(StaleWrite { at: self, read, what: key.source(), test, system: System::Cache });
        if matches!(name, "set" | "setex" | "hset" | "psetex") {
            if let Some(read) = self.positional().skip(1).find_map(|value| value.summed_from(&reads)) {
                return found(read, None);
            }
            let is_conditional = ["nx", "xx"].iter().any(|name| self.keyword(name).is_some());
            let is_mark = self.positional().nth(1).is_some_and(|value| {
                let value = value.resolved_value();
                value.is_constant() || value.is(Kind::Number) || value.is(Kind::Str) || value.is(Kind::True)
            });
            if !is_conditional && is_mark {
                let asks = |call: Node<'m>| (of_key(call) && call.callee_name() == "exists").then_some(call);
                let (test, read) = self.test_before(&asks)?;
                return found(read, Some(test));
            }
            return None;
        }
        if RAISES.contains(&name) {
            let (test, read) =
                self.test_before(&reads).filter(|(test, _)| test.descendants().any(Node::compares_order))?;
            return found(read, Some(test));
        }
        None
    }

    /// The test in front of this place, or around it, that rests on such a call.
    fn test_before(self, fits: &dyn Fn(Node<'m>) -> Option<Node<'m>>) -> Option<(Node<'m>, Node<'m>)> {
        let matched = self
            .surroundings()
            .filter_map(|around| around.child(Role::Subject))
            .find_map(|test| Some((test, test.source_call(fits, 0)?)));
        matched.or_else(|| {
            self.function()?.own_ifs().filter(|node| node.id < self.id).find_map(|node| {
                let body = node.body()?;
                let decides = body.contains(self) || (body.leaves() && node.dominates(self));
                let test = node.child(Role::Test).filter(|_| decides)?;
                Some((test, test.source_call(fits, 0)?))
            })
        })
    }

    /// Whether the database adds to what the column has by then: `Member.points - reward.price`, where `points` is no value
    /// of a row that was read.
    fn adds_to_column(self, column: &str) -> bool {
        self.descendants_of(Kind::Attribute).any(|part| {
            part.name() == column
                && part.receiver().is_some_and(|owner| owner.source_call(&rows_read_by, 0).is_none())
        })
    }

    /// The read from which a sum was computed, through local names: `used + 1`, `max(0, row.used - amount)`.
    fn summed_from(self, fits: &dyn Fn(Node<'m>) -> Option<Node<'m>>) -> Option<Node<'m>> {
        self.summed_within(fits, 0)
    }

    fn summed_within(self, fits: &dyn Fn(Node<'m>) -> Option<Node<'m>>, depth: u32) -> Option<Node<'m>> {
        let value = self.unwrapped();
        match value.kind() {
            _ if depth > 5 => None,
            Kind::BinOp if matches!(value.operator(), Operator::Add | Operator::Subtract) => {
                value.source_call(fits, 0)
            }
            Kind::Name => value
                .assigned_value()
                .filter(|given| given.function() == self.function())?
                .summed_within(fits, depth + 1),
            Kind::Call
                if ["int", "max", "min", "round", "str", "float", "Decimal"]
                    .contains(&value.callee_name()) =>
            {
                value.positional().find_map(|part| part.summed_within(fits, depth + 1))
            }
            _ => None,
        }
    }

    /// What a call that fits in this expression reads, or in what its local names were given.
    fn source_call(self, fits: &dyn Fn(Node<'m>) -> Option<Node<'m>>, depth: u32) -> Option<Node<'m>> {
        self.descendants().find_map(|part| match part.kind() {
            Kind::Call => fits(part),
            Kind::Name if depth < 5 => part
                .assigned_value()
                .or_else(|| part.unpacked_value())
                .filter(|given| given.function() == self.function() && !given.contains(self))?
                .source_call(fits, depth + 1),
            _ => None,
        })
    }

    /// Whether a name stands in this expression, or in what its local names were given.
    fn mentions_through_names(self, name: &str) -> bool {
        mentions(self, name)
            || self.descendants_of(Kind::Name).any(|part| {
                part.assigned_value()
                    .filter(|given| given.function() == self.function() && !given.contains(self))
                    .is_some_and(|given| mentions(given, name))
            })
    }

    /// The statement by which a function takes the next row that it has looked for, or the one whose state it has tested,
    /// whatever the row has become.
    pub fn claim(self) -> Option<Claim<'m>> {
        if self.does(Tag::WritesStatement) {
            let column = self.keywords().map(Node::name).find(|name| is_state(name))?;
            let built = self.receiver().filter(|built| !built.selects_by(column))?;
            let mut read = None;
            let _ = built.origins(&mut |call| {
                let row = call.positional().flat_map(Node::descendants).find_map(|part| {
                    let row = Some(part).filter(|part| part.is(Kind::Name))?;
                    row.fetched().filter(|found| found.lock.is_none())?;
                    (row.takes_the_next() && row.selects_by(column)).then_some(row)
                });
                read = read.or(row.and_then(Node::fetched).map(|found| found.call));
                std::ops::ControlFlow::Continue(())
            });
            return Some(Claim { at: self, read: read?, column, test: None });
        }
        if !self.sends_sql() {
            return None;
        }
        let sql = self.sql()?;
        let (columns, condition) = set_columns(sql)?;
        columns.into_iter().find_map(|(column, value)| self.claim_of(column, value, &condition))
    }

    /// The same for one column that an UPDATE sets.
    fn claim_of(self, column: &'m str, value: &str, condition: &str) -> Option<Claim<'m>> {
        if condition.contains(column) {
            return None;
        }
        let next = self.function()?.own_calls().filter(|call| call.id < self.id).find(|call| {
            let text = call.sql().map(str::to_ascii_lowercase).filter(|_| call.sends_sql());
            text.is_some_and(|text| {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let of_column = |condition: &str| match is_state(column) {
                    true => condition.contains(column),
                    false => condition.contains(&format!("{column} is null")),
                };
                text.starts_with("select ")
                    && text.contains(" limit 1")
                    && !text.contains("for update")
                    && text.split_once(" where ").is_some_and(|(_, condition)| of_column(condition))
            })
        });
        if let Some(read) = next {
            return Some(Claim { at: self, read, column, test: None });
        }
        let (test, read) = self.test_before(&rows_read_by).filter(|_| is_state(column))?;
        // To set what is not set yet comes to the same twice.
        let is_repeatable = || {
            let value = value.trim_matches('\'');
            test.descendants_of(Kind::Str).any(|text| text.name() == value)
        };
        // `SELECT status …`, then `row[0] != "open"`
        let is_all_that_was_read = || {
            let mut words = read.sql()?.split_whitespace().skip(1);
            let is_it = words.next()? == column && words.next()?.eq_ignore_ascii_case("from");
            test.descendants_of(Kind::Compare).find(|test| {
                is_it && matches!(test.operator(), Operator::Equal | Operator::NotEqual | Operator::In)
            })
        };
        ((mentions(test, column) || is_all_that_was_read().is_some()) && !is_repeatable()).then_some(Claim {
            at: self,
            read,
            column,
            test: Some(test),
        })
    }
}

fn is_state(column: &str) -> bool {
    ends_with_word(column, &STATES)
}

fn mentions(expression: Node<'_>, name: &str) -> bool {
    expression.descendants().any(|part| match part.kind() {
        Kind::Str => part.name() == name || identifiers_in(part.name()).any(|word| word == name),
        _ => part.name() == name,
    })
}

/// The query whose rows the call gives, if it locks nothing: its own, or that of the given function which it runs.
fn rows_read_by(call: Node<'_>) -> Option<Node<'_>> {
    rows_sent_for(call).or_else(|| {
        let helper = call.model.node(call.target()?);
        let mut returned = helper.own_returns().filter_map(Node::value);
        returned.find_map(|value| value.source_call(&rows_sent_for, 0))
    })
}

/// What the call sends itself or, for `cursor.fetchone()`, what the cursor was given before.
fn rows_sent_for(call: Node<'_>) -> Option<Node<'_>> {
    let sends = |query: &Node<'_>| query.sends_sql();
    let of_cursor = || {
        let fetches = call.does(Tag::Fetches) || call.callee_name().starts_with("fetch");
        let cursor = call.receiver().filter(|cursor| fetches && cursor.is(Kind::Name))?;
        let before = call.function()?.own_calls().filter(|query| query.id < call.id && sends(query));
        before.filter(|query| query.receiver().is_some_and(|other| other.reads_like(cursor))).last()
    };
    let query = Some(call).filter(sends).or_else(of_cursor)?;
    let locks = || query.sql().is_some_and(locks_by_text);
    let is_free = query.api().is_none() || query.fetched().is_some_and(|found| found.lock.is_none());
    (is_free && !query.writes_by_sql() && !locks()).then_some(query)
}

/// Whether a SELECT locks the rows that it gives.
pub(in crate::semantic) fn locks_by_text(sql: &str) -> bool {
    let begins_with =
        |word: &str, with: &str| word.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let words = sql.split_whitespace();
    words.clone().zip(words.skip(1)).any(|(word, next)| {
        // `FOR NO KEY UPDATE` keeps writers out as well.
        word.eq_ignore_ascii_case("for") && (begins_with(next, "update") || next.eq_ignore_ascii_case("no"))
    })
}

/// What a SELECT gives, in lower case.
fn selected(sql: &str) -> String {
    let lower = sql.to_ascii_lowercase();
    lower.split_once(" from ").map_or(&*lower, |(columns, _)| columns).to_owned()
}

/// The columns that an UPDATE sets to a parameter, to a text or to the moment, each with that; and the condition, in lower
/// case.
fn set_columns(sql: &str) -> Option<(Vec<(&str, &str)>, String)> {
    let (first, rest) = sql.trim_start().split_once(char::is_whitespace)?;
    let words = rest.to_ascii_lowercase().replace(['\n', '\t'], " ");
    let start = words.find(" set ").filter(|_| first.eq_ignore_ascii_case("update"))? + 5;
    let end = words.find(" where ").filter(|end| *end >= start).unwrap_or(words.len());
    let columns = rest.get(start..end)?.split(',').filter_map(|set| {
        let (column, value) = set.split_once('=')?;
        let (column, value) = (column.trim(), value.trim());
        let is_moment =
            ["now()", "current_timestamp"].iter().any(|moment| value.eq_ignore_ascii_case(moment));
        let is_given = value.starts_with([':', '$', '%', '?', '\'']) && !value.starts_with("::");
        let is_one = !column.is_empty() && !column.contains(char::is_whitespace);
        (is_one && (is_moment || is_given)).then_some((column, value))
    });
    Some((columns.collect(), words.get(end..)?.to_owned()))
}

impl<'s> Model<'s> {
    /// The calls that hand SQL to a given function which sends it: `one("SELECT …", order_id)`, where `one` executes its
    /// first parameter; and those that hand it to a connection of which nothing else is known.
    pub(in crate::semantic) fn handing_sql(&self) -> &[Place] {
        if !self.is_settled() {
            return &[];
        }
        self.handing_sql.get_or_init(|| {
            let is_sql = |call: &Node<'_>| {
                let first = call.sql().and_then(|sql| sql.split_whitespace().next());
                first.is_some_and(|first| {
                    ["select", "insert", "update", "delete"]
                        .iter()
                        .any(|word| first.eq_ignore_ascii_case(word))
                })
            };
            let senders = self.calls_doing(Tag::Executes).filter_map(|call| {
                let sent = call.argument(0)?.as_parameter()?;
                let function = call.function()?;
                let mut own = function.parameters().filter(|own| !matches!(own.name(), "self" | "cls"));
                (own.next() == Some(sent)).then_some(function.place())
            });
            let mut senders: Vec<Place> = senders.collect();
            senders.dedup();
            let calls = senders.into_iter().flat_map(|function| self.callers_of(function)).copied();
            let unknown = ["execute", "fetch", "fetchrow", "fetchval", "fetchone"]
                .iter()
                .flat_map(|name| self.calls_named(name))
                .filter(|call| call.api().is_none() && call.target().is_none() && call.receiver().is_some())
                .map(Node::place);
            let all = calls.chain(unknown).filter(|&call| is_sql(&self.node(call))).collect();
            let mut all: Vec<Place> =
                crate::sorted::sorted(all, &|one: &Place, other: &Place| one.cmp(other));
            all.dedup();
            all
        })
    }

    /// The same, as nodes.
    pub fn calls_handing_sql(&self) -> impl Iterator<Item = Node<'_>> {
        self.handing_sql().iter().map(|&call| self.node(call))
    }

    /// The calls in code that several may run at once which write back what was read before.
    pub fn stale_writes(&self) -> impl Iterator<Item = StaleWrite<'_>> {
        let known = self.known_calls().filter(|(_, api)| {
            api.has(Tag::Executes)
                || api.has(Tag::WritesStatement)
                || api.callable.crosses == Some(System::Cache)
        });
        let handed = self.calls_doing(Tag::Executes).flat_map(Node::handed_stale);
        let items = ITEM_WRITES.iter().flat_map(|name| self.calls_named(name));
        let items = items.filter(|call| !call.does(Tag::Executes));
        known
            .map(|(call, _)| call)
            .chain(self.calls_handing_sql())
            .chain(items)
            .filter_map(Node::stale_write)
            .chain(handed)
            .filter(|found| found.at.function().is_some() && found.at.is_shared_code())
            .filter(|found| found.at.exclusive_by().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_a_text_sets() {
        let columns = |sql| {
            let (columns, _) = set_columns(sql).unwrap_or_default();
            columns.into_iter().map(|(column, _)| column).collect::<Vec<_>>()
        };
        assert_eq!(columns("UPDATE quota SET used = :used WHERE app_id = :a"), ["used"]);
        assert_eq!(columns("update jobs\n set status='running', at = now() where id = $1"), ["status", "at"]);
        assert_eq!(
            columns("UPDATE jobs SET tries = tries + 1, status = 'running' WHERE id = $1"),
            ["status"]
        );
        assert_eq!(columns("UPDATE quota SET used = coalesce(used, 0) + 1"), [""; 0]);
        assert_eq!(columns("SELECT used FROM quota"), [""; 0]);
    }

    #[test]
    fn locks_of_a_text() {
        assert!(locks_by_text("SELECT * FROM a WHERE id = 1\nFOR UPDATE"));
        assert!(locks_by_text("select 1 for update skip locked"));
        assert!(locks_by_text("select 1 from a for no key update"));
        assert!(!locks_by_text("select updated_for from a"));
    }
}
