//! Sorting that is compiled once: each sort of the standard library brings 6 kB of code for the type that it sorts, and
//! the page's worker has to be loaded.

use std::cmp::Ordering;

/// The items in an order; those that are equal stay as they were.
pub fn sorted<T>(items: Vec<T>, order: &dyn Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut places: Vec<usize> = (0..items.len()).collect();
    sort_places(&mut places, &|&one, &other| order(&items[one], &items[other]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| items[place].take()).collect()
}

fn sort_places(places: &mut [usize], order: &dyn Fn(&usize, &usize) -> Ordering) {
    places.sort_by(order);
}

#[cfg(test)]
mod tests {
    use super::sorted;

    #[test]
    fn equal_items_keep_their_order() {
        let words = ["bb", "a", "cc", "d", "e", "ff"].map(str::to_owned).to_vec();
        let by_length = sorted(words, &|one, other| one.len().cmp(&other.len()));
        assert_eq!(by_length, ["a", "d", "e", "bb", "cc", "ff"]);
    }
}
