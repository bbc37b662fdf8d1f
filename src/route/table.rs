//! The route table: the longest prefix of the destination decides.
//!
//! Not here: order, weight, cost and failover between carriers.

use crate::base::id::CarrierId;

/// One rule of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// Leading digits of the destination; empty for the default route.
    pub prefix: Vec<u8>,
    /// Who takes what matches.
    pub carrier: CarrierId,
}

/// All rules, longest prefix first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RouteTable {
    routes: Vec<Route>,
}

impl RouteTable {
    /// Orders the rules for matching.
    pub fn new(mut routes: Vec<Route>) -> Self {
        routes.sort_by_key(|route| std::cmp::Reverse(route.prefix.len()));
        Self { routes }
    }

    /// The rule for a destination; a leading `+` does not count. `None`: no route.
    pub fn choose(&self, destination: &[u8]) -> Option<&Route> {
        let digits = destination.strip_prefix(b"+").unwrap_or(destination);
        self.routes.iter().find(|route| digits.starts_with(&route.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> RouteTable {
        let route =
            |prefix: &str, carrier| Route { prefix: prefix.into(), carrier: CarrierId(carrier) };
        RouteTable::new(vec![route("44", 1), route("", 0), route("447", 2)])
    }

    #[test]
    fn the_longest_prefix_wins() {
        let carrier = |to: &[u8]| table().choose(to).map(|route| route.carrier.0);
        assert_eq!(carrier(b"+447700900123"), Some(2));
        assert_eq!(carrier(b"441632960000"), Some(1));
        assert_eq!(carrier(b"33612345678"), Some(0));
    }

    #[test]
    fn without_a_default_route_a_foreign_number_has_none() {
        let table = RouteTable::new(vec![Route { prefix: b"44".into(), carrier: CarrierId(1) }]);
        assert_eq!(table.choose(b"33612345678"), None);
    }
}
