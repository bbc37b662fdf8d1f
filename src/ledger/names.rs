//! The dictionary of account and carrier names: a name keeps its number for good.
//!
//! File `names`: a stamp, then per name `kind u8, length u8, octets`, numbered from 0 within each
//! kind by their order, then `crc32c u32` of everything. It is replaced whole when names are added:
//! they are few, and a file replaced whole cannot be torn.
//! **Invariant**: a number is given out only once its name is durable.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, RwLock};

use crate::base::id::{AccountId, CarrierId};
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};
use crate::spool::unpoisoned;

pub(super) const FILE: &str = "names";
const KIND: [u8; 8] = *b"names\0\0\0";
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Longest name.
pub const NAME_BYTES_MAX: usize = 255;

/// Names of one kind; the last number is kept for "none".
pub const NAMES_MAX: usize = u16::MAX as usize;

/// The names of a data directory.
#[derive(Debug)]
pub struct Names {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    tables: RwLock<[Table; 2]>,
}

const ACCOUNTS: usize = 0;
const CARRIERS: usize = 1;

#[derive(Clone, Debug, Default)]
struct Table {
    names: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Names {
    pub(super) fn open(disk: Arc<dyn Disk>, directory_id: u64) -> Result<Self, OpenError> {
        let tables = match read_small(&*disk, FILE, FILE_BYTES_MAX) {
            Ok(octets) => decode(&octets, directory_id)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Default::default(),
            Err(error) => return Err(OpenError::io(FILE, error)),
        };
        Ok(Self { disk, directory_id, tables: RwLock::new(tables) })
    }

    /// The number of an account, new or old.
    pub fn account(&self, name: &str) -> io::Result<AccountId> {
        self.number(ACCOUNTS, name).map(AccountId)
    }

    /// The number of a carrier, new or old.
    pub fn carrier(&self, name: &str) -> io::Result<CarrierId> {
        self.number(CARRIERS, name).map(CarrierId)
    }

    /// Registers all names of a configuration with one write.
    pub fn register(&self, accounts: &[&str], carriers: &[&str]) -> io::Result<()> {
        let mut tables = unpoisoned::write(&self.tables);
        let mut changed = tables.clone();
        let mut added = 0;
        for (table, names) in changed.iter_mut().zip([accounts, carriers]) {
            for name in names {
                added += usize::from(table.add(name)?);
            }
        }
        if added > 0 {
            replace(&*self.disk, FILE, &encode(&changed, self.directory_id))?;
            *tables = changed;
        }
        Ok(())
    }

    /// The name of an account.
    pub fn account_name(&self, id: AccountId) -> Option<String> {
        self.name(ACCOUNTS, id.0)
    }

    /// The name of a carrier.
    pub fn carrier_name(&self, id: CarrierId) -> Option<String> {
        self.name(CARRIERS, id.0)
    }

    /// The number of an account that is known already.
    pub fn find_account(&self, name: &str) -> Option<AccountId> {
        self.find(ACCOUNTS, name).map(AccountId)
    }

    /// The number of a carrier that is known already.
    pub fn find_carrier(&self, name: &str) -> Option<CarrierId> {
        self.find(CARRIERS, name).map(CarrierId)
    }

    /// How many accounts and carriers are known.
    pub fn counts(&self) -> (usize, usize) {
        let tables = unpoisoned::read(&self.tables);
        (tables[ACCOUNTS].names.len(), tables[CARRIERS].names.len())
    }

    fn number(&self, kind: usize, name: &str) -> io::Result<u16> {
        if let Some(number) = self.find(kind, name) {
            return Ok(number);
        }
        match kind {
            ACCOUNTS => self.register(&[name], &[])?,
            _ => self.register(&[], &[name])?,
        }
        self.find(kind, name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn find(&self, kind: usize, name: &str) -> Option<u16> {
        unpoisoned::read(&self.tables)[kind].numbers.get(name).copied()
    }

    fn name(&self, kind: usize, number: u16) -> Option<String> {
        unpoisoned::read(&self.tables)[kind].names.get(usize::from(number)).cloned()
    }
}

impl Table {
    /// Whether the name is new.
    fn add(&mut self, name: &str) -> io::Result<bool> {
        if self.numbers.contains_key(name) {
            return Ok(false);
        }
        if name.len() > NAME_BYTES_MAX || self.names.len() >= NAMES_MAX {
            let what = "a name is too long, or there are too many";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        self.numbers.insert(name.to_owned(), self.names.len() as u16);
        self.names.push(name.to_owned());
        Ok(true)
    }
}

fn stamp(directory_id: u64) -> Stamp {
    Stamp { kind: KIND, directory_id, number: 0 }
}

fn encode(tables: &[Table; 2], directory_id: u64) -> Vec<u8> {
    let mut octets = stamp(directory_id).encode().to_vec();
    for (kind, table) in tables.iter().enumerate() {
        for name in &table.names {
            octets.extend_from_slice(&[kind as u8, name.len() as u8]);
            octets.extend_from_slice(name.as_bytes());
        }
    }
    octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
    octets
}

fn decode(octets: &[u8], directory_id: u64) -> Result<[Table; 2], OpenError> {
    let damaged = || OpenError::damaged(FILE, "it is cut short or changed");
    version_of(octets.first_chunk::<STAMP_BYTES>().ok_or_else(damaged)?, FILE)?;
    let (all, crc) = octets.split_last_chunk::<4>().ok_or_else(damaged)?;
    if crc32c::crc32c(all).to_le_bytes() != *crc {
        return Err(damaged());
    }
    let mut rest = all.strip_prefix(&stamp(directory_id).encode()[..]).ok_or_else(damaged)?;
    let mut tables: [Table; 2] = Default::default();
    while let [kind, length, tail @ ..] = rest {
        let (name, tail) = tail.split_at_checked(usize::from(*length)).ok_or_else(damaged)?;
        let name = str::from_utf8(name).map_err(|_| damaged())?;
        let table = tables.get_mut(usize::from(*kind)).ok_or_else(damaged)?;
        table.add(name).map_err(|_| damaged())?;
        rest = tail;
    }
    if !rest.is_empty() {
        return Err(damaged());
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    #[test]
    fn names_keep_their_numbers_over_a_crash() {
        let disk = SimDisk::new(1);
        let names = Names::open(Arc::new(disk.clone()), 7).expect("empty");
        assert_eq!(names.account("load").expect("new"), AccountId(0));
        assert_eq!(names.carrier("load").expect("new"), CarrierId(0));
        names.register(&["load", "shop"], &["north"]).expect("room");
        let names = Names::open(Arc::new(disk.crash()), 7).expect("whole");
        assert_eq!(names.account("shop").expect("old"), AccountId(1));
        assert_eq!(names.carrier_name(CarrierId(1)).as_deref(), Some("north"));
        assert_eq!(names.find_account("nobody"), None);
        assert_eq!(names.account_name(AccountId(9)), None);
    }

    #[test]
    fn a_changed_file_is_refused() {
        let disk = SimDisk::new(1);
        Names::open(Arc::new(disk.clone()), 7).expect("empty").account("load").expect("room");
        disk.damage(FILE, |octets| octets[STAMP_BYTES + 3] ^= 1);
        assert!(Names::open(Arc::new(disk), 7).is_err());
    }
}
