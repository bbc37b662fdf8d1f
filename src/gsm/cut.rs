//! Where something long may be cut: between its atoms, better between its clusters.

/// What must not be cut: a character, with its escape or both its surrogates. Three octets, since a
/// long text has many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Atom {
    /// Octets in the source.
    pub(super) octets: u8,
    /// Units that it takes: septets, UCS-2 units or octets.
    pub(super) units: u8,
    /// Whether a cluster, what a reader takes for one character, begins here.
    pub(super) begins: bool,
}

/// Units of all of these.
pub(super) fn units(atoms: &[Atom]) -> usize {
    atoms.iter().map(|atom| usize::from(atom.units)).sum()
}

/// Octets of all of these in the source.
pub(super) fn octets(atoms: &[Atom]) -> usize {
    atoms.iter().map(|atom| usize::from(atom.octets)).sum()
}

/// Ends of the parts, as counts of atoms from the start: at borders of clusters, unless that takes
/// more parts. `capacity` is the units of a part and at least those of any atom.
pub(super) fn ends(atoms: &[Atom], capacity: usize) -> Vec<usize> {
    let plain = greedy(atoms, capacity, false);
    if atoms.iter().all(|atom| atom.begins) {
        return plain;
    }
    let kind = greedy(atoms, capacity, true);
    if kind.len() > plain.len() { plain } else { kind }
}

fn greedy(atoms: &[Atom], capacity: usize, clusters: bool) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut start, mut used) = (0, 0);
    // The last border in this part and the units before it.
    let (mut border, mut before) = (0, 0);
    for (place, atom) in atoms.iter().enumerate() {
        let units = usize::from(atom.units);
        if atom.begins {
            (border, before) = (place, used);
        }
        if used + units > capacity && clusters && border > start {
            ends.push(border);
            (start, used, before) = (border, used - before, 0);
        }
        // A cluster may be longer than a part.
        if used + units > capacity {
            ends.push(place);
            (start, used) = (place, 0);
            (border, before) = (place, 0);
        }
        used += units;
    }
    ends.push(atoms.len());
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atoms(units: &[u8], begins: &[usize]) -> Vec<Atom> {
        let atom = |(at, &units)| Atom { octets: 1, units, begins: begins.contains(&at) };
        units.iter().enumerate().map(atom).collect()
    }

    fn all(units: &[u8]) -> Vec<Atom> {
        atoms(units, &(0..units.len()).collect::<Vec<_>>())
    }

    #[test]
    fn parts_are_filled_and_no_atom_is_cut() {
        assert_eq!(ends(&all(&[1; 7]), 3), [3, 6, 7]);
        assert_eq!(ends(&all(&[1; 6]), 3), [3, 6]);
        assert_eq!(ends(&all(&[2, 2, 1, 2]), 3), [1, 3, 4]);
        assert_eq!(ends(&all(&[]), 3), [0]);
    }

    #[test]
    fn a_cluster_stays_whole_if_it_costs_no_part() {
        assert_eq!(ends(&atoms(&[1; 6], &[0, 1, 2, 5]), 4), [2, 6]);
        assert_eq!(ends(&atoms(&[1; 8], &[0, 1, 2, 5]), 4), [4, 8], "else it would take three");
    }

    #[test]
    fn a_cluster_longer_than_a_part_is_cut() {
        assert_eq!(ends(&atoms(&[1; 10], &[0]), 4), [4, 8, 10]);
        assert_eq!(ends(&atoms(&[1; 11], &[0, 1]), 4), [4, 8, 11]);
    }
}
