//! Prefixes as a tree of digits: which rules begin as a number does, the longest prefix first.
//!
//! All nodes are in one array, and a look-up is a walk of at most 15 steps without allocation.

/// Longest prefix: that of a whole number (E.164 §6).
pub const PREFIX_DIGITS_MAX: usize = 15;

/// The tree.
#[derive(Clone, Debug)]
pub(crate) struct PrefixTree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Index of the node for each next digit; 0, the root, is none.
    next: [u32; 10],
    /// The rules of the prefix that leads here.
    rules: Vec<u32>,
}

impl Default for PrefixTree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl PrefixTree {
    /// Adds a rule under a prefix. `false`: that is no prefix.
    pub(crate) fn insert(&mut self, prefix: &[u8], rule: u32) -> bool {
        if prefix.len() > PREFIX_DIGITS_MAX || !prefix.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let mut at = 0;
        for octet in prefix {
            let digit = usize::from(octet - b'0');
            let next = match self.nodes[at].next[digit] {
                0 => {
                    self.nodes.push(Node::default());
                    let new = self.nodes.len() - 1;
                    self.nodes[at].next[digit] = new as u32;
                    new
                }
                next => next as usize,
            };
            at = next;
        }
        if !self.nodes[at].rules.contains(&rule) {
            self.nodes[at].rules.push(rule);
        }
        true
    }

    /// Brings the rules of each prefix into an order.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, mut key: impl FnMut(u32) -> K) {
        for node in &mut self.nodes {
            node.rules.sort_by_key(|&rule| key(rule));
        }
    }

    /// What is found first in the rules of the prefixes of a number, the longest prefix first.
    pub(crate) fn find<T>(
        &self,
        number: &[u8],
        mut find: impl FnMut(&[u32]) -> Option<T>,
    ) -> Option<T> {
        let mut path = [0u32; PREFIX_DIGITS_MAX + 1];
        let mut depth = 0;
        for octet in number.iter().take(PREFIX_DIGITS_MAX) {
            let digit = usize::from(octet.wrapping_sub(b'0'));
            let next = self.nodes[path[depth] as usize].next.get(digit).copied().unwrap_or(0);
            if next == 0 {
                break;
            }
            depth += 1;
            path[depth] = next;
        }
        path[..=depth].iter().rev().find_map(|&at| {
            let rules = &self.nodes[at as usize].rules;
            if rules.is_empty() { None } else { find(rules) }
        })
    }
}
