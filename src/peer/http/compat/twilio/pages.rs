//! Which messages a list is asked for, and the addresses of its pages.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::refused::Refused;
use crate::base::clock::Timestamp;
use crate::base::percent::escaped;
use crate::peer::http::compat::form::Form;
use crate::peer::http::filters::Filters;
use crate::peer::http::searching::LIMIT_MAX;
use crate::peer::http::when;
use crate::search::expression::Wanted;
use crate::search::when::When;

/// Messages of a page unless the query says otherwise (Twilio's own).
const PAGE_SIZE: usize = 50;

/// Which page of what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pages {
    pub(super) filters: Filters,
    /// Its number, from 0, as the client counts.
    pub(super) page: u32,
    /// What every page repeats.
    wanted: String,
}

impl Pages {
    /// Reads the query of a list.
    pub(super) fn of(query: &Form) -> Result<Self, Refused> {
        let text = |name: &str| query.text(name).filter(|value| !value.is_empty());
        let limit = match text("PageSize") {
            None => PAGE_SIZE,
            Some(size) => match size.parse::<usize>() {
                Ok(size) if size > 0 => size.min(LIMIT_MAX),
                _ => return Err(Refused::because(20006, "Page size must be a positive number.")),
            },
        };
        let wrong = || Refused::because(20001, "DateSent has to be a date, as 2026-05-15.");
        let (mut since, mut until) = (None, None);
        if let Some(day) = text("DateSent") {
            (since, until) =
                (Some(begin(&day).ok_or_else(wrong)?), Some(end(&day).ok_or_else(wrong)?));
        }
        if let Some(from) = text("DateSent>") {
            since = Some(begin(&from).ok_or_else(wrong)?);
        }
        if let Some(to) = text("DateSent<") {
            until = Some(end(&to).ok_or_else(wrong)?);
        }
        let mut filters = Filters { limit, after: text("PageToken"), ..Filters::none() };
        for (name, parameter) in [("To", "to"), ("From", "from")] {
            if let Some(number) = text(name) {
                let set = filters.set(parameter, number.trim().to_owned());
                set.map_err(|what| Refused::because(20001, format!("{name} {what}.")))?;
            }
        }
        since.into_iter().for_each(|at| filters.and(Wanted::Since(When::At(at))));
        until.into_iter().for_each(|at| filters.and(Wanted::Until(When::At(at))));
        let kept = ["To", "From", "DateSent", "DateSent>", "DateSent<"];
        let kept = kept.iter().filter_map(|name| {
            let value = text(name)?;
            Some(format!("&{}={}", escaped(name.as_bytes()), escaped(value.as_bytes())))
        });
        let page = text("Page").and_then(|page| page.parse().ok()).unwrap_or(0);
        Ok(Self { filters, page, wanted: kept.collect() })
    }

    /// The address of a page; the first has no token.
    pub(super) fn uri(&self, sid: &str, page: u32, token: Option<&str>) -> String {
        let (limit, wanted) = (self.filters.limit, &self.wanted);
        let token = token.map(|token| format!("&PageToken={token}")).unwrap_or_default();
        format!(
            "/2010-04-01/Accounts/{sid}/Messages.json?PageSize={limit}{wanted}&Page={page}{token}"
        )
    }
}

/// The first moment of a day, or a moment.
fn begin(text: &str) -> Option<Timestamp> {
    moment(text).or_else(|| midnight(text.parse().ok()?))
}

/// The first moment after a day, or a moment.
fn end(text: &str) -> Option<Timestamp> {
    moment(text).or_else(|| midnight(text.parse::<Date>().ok()?.tomorrow().ok()?))
}

fn moment(text: &str) -> Option<Timestamp> {
    text.contains('T').then(|| when::parse(&text.replace(' ', "+"))).flatten()
}

fn midnight(day: Date) -> Option<Timestamp> {
    let moment = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
    u64::try_from(moment.as_microsecond()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Pages, u32> {
        let form = Form::read(query.as_bytes()).expect("a form");
        Pages::of(&form).map_err(|refused| refused.code)
    }

    #[test]
    fn a_query_is_read_and_repeated_by_its_pages() {
        let pages =
            read("To=%2B447700900123&DateSent%3E=2025-10-21&PageSize=2&Page=3").expect("right");
        assert_eq!(
            pages.filters.expression.to_string(),
            "to:+447700900123 since:2025-10-21T00:00:00Z"
        );
        assert_eq!((pages.filters.limit, pages.page), (2, 3));
        assert_eq!(
            pages.uri("AC1", 4, Some("msg_1")),
            "/2010-04-01/Accounts/AC1/Messages.json?PageSize=2&To=%2B447700900123\
             &DateSent%3E=2025-10-21&Page=4&PageToken=msg_1"
        );
        let said = |query| read(query).expect("right").filters.expression.to_string();
        assert_eq!(
            said("DateSent=2025-10-21"),
            "since:2025-10-21T00:00:00Z until:2025-10-22T00:00:00Z"
        );
        assert_eq!(said("DateSent%3C=2025-10-21T00:00:00Z"), "until:2025-10-21T00:00:00Z");
        assert_eq!(read("PageSize=1000").expect("right").filters.limit, LIMIT_MAX);
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        assert_eq!(read("PageSize=0"), Err(20006));
        assert_eq!(read("PageSize=x"), Err(20006));
        assert_eq!(read("DateSent=yesterday"), Err(20001));
    }
}
