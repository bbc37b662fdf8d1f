//! The filters of segments: they follow from the numbers, lists and words of these, so they are made once
//! more, some pages at a time, by what makes them for the ledger, and compared.

use super::finding::Findings;
use crate::ledger::config::Geometry;
use crate::ledger::filter::build::{STRETCH_PAGES, put};
use crate::ledger::filter::file::{FilterFile, FilterName};
use crate::ledger::filter::keys::{Keys, PAGE_USED, Shape};
use crate::ledger::filter::parts::FilterPart;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;

/// Holds a file of filters against the files of its segments.
pub(super) fn check(
    disk: &dyn Disk,
    (directory_id, secret): (u64, u64),
    geometry: Geometry,
    name: &str,
    findings: &mut Findings,
) {
    let Some(of) = FilterName::parse(name, directory_id) else { return };
    let shape = Shape::of(geometry);
    let file = match FilterFile::open(disk, of, shape) {
        Ok(file) => file,
        Err(error) => return findings.error(name, &error),
    };
    let open = |segment| FilterPart::open(disk, directory_id, segment, file.words != 0);
    let parts: Result<Option<Vec<FilterPart>>, OpenError> = of.segments().map(open).collect();
    // What is damaged is told of by who checks it.
    let Ok(Some(parts)) = parts else {
        let what = "what it was made of is not all there: the next start makes it again";
        return findings.note(name, None, what);
    };
    let (keys, mut octets) = (Keys::new(secret), Vec::new());
    for first in (0..shape.pages()).step_by(STRETCH_PAGES as usize) {
        let stretch = first..shape.pages().min(first.saturating_add(STRETCH_PAGES));
        octets.clear();
        octets.resize(stretch.len() * PAGE_USED, 0);
        for (lane, part) in parts.iter().enumerate() {
            if let Err(error) = put(part, keys, shape, stretch.clone(), lane, &mut octets) {
                return findings.note(name, None, error.to_string());
            }
        }
        for (number, expected) in stretch.zip(octets.chunks(PAGE_USED)) {
            match file.page(number) {
                Ok(page) if FilterFile::is_page(&page, expected) => {}
                Ok(_) => {
                    let what = format!("page {number} is not what its segments make it");
                    findings.wrong(name, None, what);
                }
                Err(error) => findings.wrong(name, None, error.to_string()),
            }
        }
    }
}
