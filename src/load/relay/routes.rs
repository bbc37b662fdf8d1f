//! The relay's route table: the longest prefix of the destination decides.

/// Prefixes, the longest first, each with the place of its SMSC.
#[derive(Debug)]
pub(super) struct Routes(Vec<(Vec<u8>, usize)>);

impl Routes {
    pub(super) fn new(mut routes: Vec<(Vec<u8>, usize)>) -> Self {
        routes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self(routes)
    }

    /// The SMSC's place for a destination; a leading `+` does not count.
    #[inline]
    pub(super) fn choose(&self, destination: &[u8]) -> Option<usize> {
        let digits = destination.strip_prefix(b"+").unwrap_or(destination);
        let Self(routes) = self;
        routes.iter().find(|(prefix, _)| digits.starts_with(prefix)).map(|&(_, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_decides() {
        let routes = Routes::new(vec![(b"44".to_vec(), 1), (b"447".to_vec(), 2)]);
        assert_eq!(routes.choose(b"+447700900123"), Some(2));
        assert_eq!(routes.choose(b"441632960000"), Some(1));
        assert_eq!(routes.choose(b"33612345678"), None);
    }
}
