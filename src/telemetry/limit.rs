//! The numbers of the rates of routes and prefixes, set when somebody scrapes.

use super::names;
use super::registry::Registry;

/// Limits with a label of their own; what is beyond counts together as `other`, without a rate.
pub const LIMITS_SHOWN_MAX: usize = 100;

/// One limit's numbers at this moment.
#[derive(Clone, Debug, Default)]
pub struct LimitNumbers {
    /// What it is called: its kind and its name.
    pub label: String,
    /// Parts per second.
    pub rate_per_second: u32,
    /// Messages that wait for it.
    pub held: u64,
    /// Parts that have left under it.
    pub parts: u64,
}

/// Puts all limits on the page, in the order of the configuration.
pub fn show(registry: &Registry, limits: &[LimitNumbers]) {
    let (shown, others) = limits.split_at(limits.len().min(LIMITS_SHOWN_MAX));
    for limit in shown {
        let labels = [limit.label.as_str()];
        registry.gauge(&names::LIMIT_RATE, &labels).set(f64::from(limit.rate_per_second));
        set(registry, &limit.label, limit.held, limit.parts);
    }
    if !others.is_empty() {
        let sum = |number: fn(&LimitNumbers) -> u64| others.iter().map(number).sum();
        set(registry, "other", sum(|limit| limit.held), sum(|limit| limit.parts));
    }
}

fn set(registry: &Registry, label: &str, held: u64, parts: u64) {
    registry.gauge(&names::LIMIT_HELD, &[label]).set(held as f64);
    registry.counter(&names::LIMIT_PARTS, &[label]).absolute(parts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_beyond_those_with_a_label_are_counted_together() {
        let registry = Registry::new();
        let limit = |number: usize| LimitNumbers {
            label: format!("prefix:{number}"),
            rate_per_second: 50,
            held: 1,
            parts: 2,
        };
        show(&registry, &(0..LIMITS_SHOWN_MAX + 5).map(limit).collect::<Vec<_>>());
        let page = registry.render();
        for line in [
            r#"postrider_limit_rate_per_second{limit="prefix:99"} 50"#,
            r#"postrider_limit_held_messages{limit="other"} 5"#,
            r#"postrider_limit_parts_total{limit="other"} 10"#,
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(!page.contains("prefix:100"));
    }
}
