//! One search for all who ask: a query's meaning for its caller, a page of it, and what it is worth.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::api::Api;
use super::auth::Caller;
use super::get_content::text_of;
use super::list_schema::{MessagePage, Page, SearchView, WordView};
use super::lookup::{Found, ask, read};
use super::message_view::Surface;
use super::post_message::public_id;
use super::problem::Problem;
use super::problem_table as kinds;
use super::when::rfc3339;
use crate::address::country::Country;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::ledger::query::Query;
use crate::ledger::stored::StoredEvent;
use crate::message::carrier_id::{NormalId, candidates};
use crate::search::expression::{Expression, Wanted};
use crate::search::key::Key;
use crate::search::reading::Reading;
use crate::search::resolve::{Meaning, NotResolved, Resolver};
use crate::search::syntax_error::QueryError;

/// Messages of a page unless the request says otherwise.
pub(super) const LIMIT: usize = 50;

/// Messages of a page at most.
pub(super) const LIMIT_MAX: usize = 200;

/// How long a first page waits for what is on disk to be in the index: who submits and then looks finds it.
const CATCH_UP: Duration = Duration::from_millis(500);

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub(super) expression: Expression,
    pub(super) limit: usize,
    pub(super) after: Option<MessageOrd>,
    /// Whether texts are read, too: the caller may see them.
    pub(super) texts: bool,
}

/// A page before it is shown.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) found: Vec<Found>,
    /// What they say, if that was asked for.
    pub(super) texts: Vec<Option<String>>,
    /// Receipts under a carrier's id that no message is known for.
    pub(super) orphans: Vec<StoredEvent>,
    pub(super) next: Option<MessageOrd>,
    pub(super) back_to: Option<Timestamp>,
    pub(super) kept_since: Option<Timestamp>,
    pub(super) budget_spent: bool,
    pub(super) complete_until: Timestamp,
    pub(super) read_as: Vec<(String, Vec<Reading>)>,
}

/// Searches, and shows what was found. `wrong` says how what is wrong with a term is told.
pub(super) async fn search(
    api: &Arc<Api>,
    caller: &Caller,
    asked: Asked,
    wrong: fn(Option<Key>, QueryError) -> Problem,
) -> Result<MessagePage, Problem> {
    let query = asked.expression.to_string();
    let answer = find(api, caller, asked, wrong).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api, caller, carriers: &carriers };
    let next = answer.next.map(|ord| public_id(api, ord));
    let word = |(word, readings): &(String, Vec<Reading>)| WordView {
        word: word.clone(),
        read_as: readings.iter().map(|reading| reading.name()).collect(),
    };
    let mut data: Vec<_> = answer.found.iter().map(|found| surface.message(found)).collect();
    data.iter_mut().zip(answer.texts).for_each(|(message, text)| message.text = text);
    Ok(MessagePage {
        data,
        page: Page { has_more: next.is_some(), next },
        search: SearchView {
            query,
            words: answer.read_as.iter().map(word).collect(),
            complete_until: rfc3339(answer.complete_until),
            budget_spent: answer.budget_spent,
            back_to: answer.back_to.map(rfc3339),
            kept_since: answer.kept_since.map(rfc3339),
        },
        orphans: answer.orphans.iter().filter_map(|orphan| surface.orphan(orphan)).collect(),
    })
}

/// Searches.
pub(super) async fn find(
    api: &Arc<Api>,
    caller: &Caller,
    asked: Asked,
    wrong: fn(Option<Key>, QueryError) -> Problem,
) -> Result<Answer, Problem> {
    let asking = caller.clone();
    let answer = ask(api, move |api| match answer(api, &asking, &asked) {
        Ok(answer) => Ok(Ok(answer)),
        Err(NotResolved::Io(error)) => Err(error),
        Err(otherwise) => Ok(Err(otherwise)),
    });
    answer.await?.map_err(|why| match why {
        NotResolved::Query(key, error) => wrong(key, error),
        NotResolved::OtherAccount => {
            let detail = "the key reads one account, and this is another";
            Problem::new(kinds::ACCOUNT_NOT_ALLOWED, detail)
        }
        NotResolved::Texts => {
            let detail = "looking for words of texts needs the scope content:read";
            Problem::new(kinds::SCOPE_MISSING, detail)
        }
        NotResolved::Io(_) => Problem::new(kinds::INTERNAL, "the ledger could not be read"),
    })
}

fn answer(api: &Api, caller: &Caller, asked: &Asked) -> Result<Answer, NotResolved> {
    let now = api.clock.now();
    let resolver = Resolver {
        ledger: &api.ledger,
        now,
        home: &home(api),
        account: caller.account(),
        reads_texts: caller.sees_texts(),
    };
    let meaning = resolver.meaning(&asked.expression)?;
    if asked.after.is_none() {
        api.ledger.wait_indexed(api.ledger.durable(), CATCH_UP);
    }
    let orphans = orphans(api, caller, asked, &meaning)?;
    let complete_until = api.ledger.complete_until(now)?;
    let query = Query { limit: asked.limit, after: asked.after, ..Query::of(meaning.all) };
    let page = api.ledger.search(&query)?;
    let mut answer = Answer {
        found: Vec::with_capacity(page.hits.len()),
        texts: Vec::new(),
        orphans,
        next: page.next,
        back_to: page.back_to,
        kept_since: page.kept_since,
        budget_spent: page.budget_spent,
        complete_until,
        read_as: meaning.read_as,
    };
    for hit in page.hits {
        let Some(found) = read(api, hit.ord)? else { continue };
        // A part that matches shows the message it is a part of, once, on this page or the next.
        let first = found.stored.message().place().map_or(hit.ord, |place| place.first(hit.ord));
        answer.next = answer.next.map(|next| next.min(first));
        if answer.found.iter().any(|shown| shown.stored.ord == first) {
            continue;
        }
        answer.found.extend(if first == hit.ord { Some(found) } else { read(api, first)? });
    }
    if asked.texts {
        let texts = answer.found.iter().map(|found| text_of(api, found));
        answer.texts = texts.collect::<io::Result<_>>()?;
    }
    Ok(answer)
}

/// The countries that accounts write their numbers in.
fn home(api: &Api) -> Vec<Country> {
    let mut home: Vec<Country> =
        api.board.accounts().iter().filter_map(|account| account.country).collect();
    home.sort_unstable();
    home.dedup();
    home
}

/// Receipts without a message, by the ids that are asked for and nothing else. Nobody can tell whose
/// they are, so that they are shown to those who may see all.
fn orphans(
    api: &Api,
    caller: &Caller,
    asked: &Asked,
    meaning: &Meaning,
) -> io::Result<Vec<StoredEvent>> {
    let (mut by, mut others) = (None, asked.after.is_some() || caller.account().is_some());
    let names = api.ledger.names();
    for term in &asked.expression.terms {
        match &term.wanted {
            Wanted::Carrier(name) if !term.negated => by = names.find_carrier(name),
            Wanted::CarrierId(_) | Wanted::Word(_) if !term.negated => {}
            _ => others = true,
        }
    }
    let mut orphans = Vec::new();
    if others {
        return Ok(orphans);
    }
    let carriers = u16::try_from(names.counts().1).unwrap_or(u16::MAX);
    for id in &meaning.carrier_ids {
        let forms: Vec<NormalId> = candidates(id.as_bytes()).collect();
        let forms: Vec<&[u8]> = forms.iter().map(NormalId::as_octets).collect();
        let asked = (0..carriers).map(CarrierId).filter(|one| by.is_none_or(|by| by == *one));
        for carrier in asked {
            orphans.extend(api.ledger.orphans_by_id(carrier, &forms)?);
        }
    }
    Ok(orphans)
}
