//! All migrations together: those that nothing follows, and those that share a revision.

use super::Migration;
use crate::sorted::sorted;

/// Pairs of migrations of one folder after which nothing comes, although they have a revision in common behind them; the
/// later one second. Branches with a label are meant to stay apart.
pub fn second_heads<'o, 'm>(migrations: &'o [Migration<'m>]) -> Vec<(&'o Migration<'m>, &'o Migration<'m>)> {
    let mut seen: Vec<&Migration<'m>> = Vec::new();
    let mut found = Vec::new();
    let is_head = |one: &Migration<'m>| !migrations.iter().any(|other| other.parents.contains(&one.revision));
    for head in migrations.iter().filter(|one| is_head(one) && !one.is_labelled && !one.parents.is_empty()) {
        let other = seen.iter().find(|other| {
            folder(other) == folder(head)
                && other.revision != head.revision
                && share_an_ancestor(other, head, migrations)
        });
        match other {
            Some(other) => found.push((*other, head)),
            None => seen.push(head),
        }
    }
    found
}

/// Pairs of migrations of one folder with the same revision.
pub fn same_revisions<'o, 'm>(
    migrations: &'o [Migration<'m>],
) -> Vec<(&'o Migration<'m>, &'o Migration<'m>)> {
    let ordered = sorted(migrations.iter().collect(), &|one: &&Migration<'m>, other| {
        (folder(one), one.revision).cmp(&(folder(other), other.revision))
    });
    let is_same = |one: &Migration<'_>, other: &Migration<'_>| {
        folder(one) == folder(other) && one.revision == other.revision
    };
    ordered.windows(2).filter(|pair| is_same(pair[0], pair[1])).map(|pair| (pair[0], pair[1])).collect()
}

/// The folder of a migration: others keep those of another database in one of their own.
fn folder<'m>(migration: &Migration<'m>) -> &'m str {
    let path: &'m str = migration.upgrade.source_file().path;
    path.rfind('/').map_or("", |at| &path[..at])
}

fn ancestors<'m>(migration: &Migration<'m>, migrations: &[Migration<'m>]) -> Vec<&'m str> {
    let mut found: Vec<&'m str> = Vec::new();
    let mut open: Vec<&'m str> = migration.parents.clone();
    while let Some(revision) = open.pop() {
        if !found.contains(&revision) {
            found.push(revision);
            if let Some(parent) = migrations.iter().find(|other| other.revision == revision) {
                open.extend(&parent.parents);
            }
        }
    }
    found
}

fn share_an_ancestor<'m>(one: &Migration<'m>, two: &Migration<'m>, migrations: &[Migration<'m>]) -> bool {
    let of_one = ancestors(one, migrations);
    ancestors(two, migrations).iter().any(|revision| of_one.contains(revision))
}
