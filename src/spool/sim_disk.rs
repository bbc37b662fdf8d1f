//! A disk in memory that fails the way disks fail, by a seed.
//!
//! Every write is visible at once and durable only after a sync. [`SimDisk::crash`] returns what
//! a power cut would leave: of the writes not synced each is kept, lost or torn at any octet, and
//! of the names not synced only the first few are there. Any operation can be told to fail.
//! **Invariant**: the same seed and the same calls give the same disk.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::disk::{Disk, DiskFile, DiskLock};
use super::unpoisoned;

/// A simulated directory. Clones are the same directory.
#[derive(Clone, Debug)]
pub struct SimDisk {
    world: Arc<Mutex<World>>,
}

/// How an operation fails once its number is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// This one operation fails; a write may have been done in part.
    Error,
    /// The power goes: this operation and all after it fail.
    PowerCut,
}

#[derive(Debug)]
struct World {
    random: fastrand::Rng,
    files: Vec<Inode>,
    names: BTreeMap<String, usize>,
    names_durable: BTreeMap<String, usize>,
    renames: Vec<NameChange>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    failure_per_million: u32,
    dead: bool,
    locked: bool,
    capacity_bytes: u64,
}

#[derive(Debug, Default)]
struct Inode {
    visible: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { offset: u64, octets: Vec<u8> },
    Length(u64),
}

#[derive(Clone, Debug)]
enum NameChange {
    Link(String, usize),
    Rename(String, String),
    Remove(String),
}

// === impl SimDisk ===

impl SimDisk {
    /// An empty disk of 1 TiB.
    pub fn new(seed: u64) -> Self {
        Self::with(World {
            random: fastrand::Rng::with_seed(seed),
            files: Vec::new(),
            names: BTreeMap::new(),
            names_durable: BTreeMap::new(),
            renames: Vec::new(),
            operations: 0,
            fault: None,
            failure_per_million: 0,
            dead: false,
            locked: false,
            capacity_bytes: 1 << 40,
        })
    }

    fn with(world: World) -> Self {
        Self { world: Arc::new(Mutex::new(world)) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        unpoisoned::lock(&self.world)
    }

    /// What a power cut leaves, as a new disk; the old one is dead from now on.
    pub fn crash(&self) -> Self {
        let mut world = self.world();
        world.dead = true;
        let mut random = world.random.fork();
        let mut names = world.names_durable.clone();
        let kept = random.usize(..=world.renames.len());
        for change in &world.renames[..kept] {
            change.apply(&mut names);
        }
        let mut files = Vec::with_capacity(world.files.len());
        for inode in &world.files {
            let mut octets = inode.durable.clone();
            for change in &inode.pending {
                change.survive(&mut octets, &mut random);
            }
            files.push(Inode { visible: octets.clone(), durable: octets, pending: Vec::new() });
        }
        Self::with(World {
            random,
            files,
            names_durable: names.clone(),
            names,
            renames: Vec::new(),
            operations: 0,
            fault: None,
            failure_per_million: 0,
            dead: false,
            locked: false,
            capacity_bytes: world.capacity_bytes,
        })
    }

    /// Writes, syncs and changes of names so far; what [`SimDisk::fail_at`] counts in.
    pub fn operations(&self) -> u64 {
        self.world().operations
    }

    /// Makes the operation of this number, counted from 0 at the disk's birth, fail.
    pub fn fail_at(&self, operation: u64, fault: Fault) {
        self.world().fault = Some((operation, fault));
    }

    /// Makes every operation fail with this probability, out of a million.
    pub fn fail_randomly(&self, per_million: u32) {
        self.world().failure_per_million = per_million;
    }

    /// Sets how much fits on the disk.
    pub fn set_capacity(&self, bytes: u64) {
        self.world().capacity_bytes = bytes;
    }

    /// Changes a file behind everybody's back: damage at rest.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut world = self.world();
        let Some(&number) = world.names.get(name) else { return };
        let inode = &mut world.files[number];
        change(&mut inode.visible);
        inode.durable = inode.visible.clone();
        inode.pending.clear();
    }

    /// The octets of a file as a reader sees them now.
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        let world = self.world();
        let number = world.names.get(name)?;
        Some(world.files[*number].visible.clone())
    }
}

impl Disk for SimDisk {
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let world = self.world();
        world.alive()?;
        let number = *world.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(SimFile { world: Arc::clone(&self.world), number }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut world = self.world();
        world.operate()?;
        let number = world.files.len();
        world.files.push(Inode::default());
        world.rename(NameChange::Link(name.to_owned(), number));
        Ok(Arc::new(SimFile { world: Arc::clone(&self.world), number }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        if !world.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.rename(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        if !world.names.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.rename(NameChange::Remove(name.to_owned()));
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let world = self.world();
        world.alive()?;
        Ok(world.names.keys().cloned().collect())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        world.names_durable = world.names.clone();
        world.renames.clear();
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let world = self.world();
        world.alive()?;
        Ok(world.free_bytes())
    }

    fn lock(&self) -> io::Result<Box<dyn DiskLock>> {
        let mut world = self.world();
        world.alive()?;
        if world.locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        world.locked = true;
        Ok(Box::new(SimLock { world: Arc::clone(&self.world) }))
    }

    fn place(&self) -> String {
        "simulated disk".to_owned()
    }
}

// === impl World ===

impl World {
    fn alive(&self) -> io::Result<()> {
        if self.dead { Err(io::Error::other("the power is cut")) } else { Ok(()) }
    }

    /// Counts an operation that changes the disk, and fails it when its time has come.
    fn operate(&mut self) -> io::Result<()> {
        self.alive()?;
        let number = self.operations;
        self.operations += 1;
        match self.fault {
            Some((at, fault)) if at == number => {
                self.dead = fault == Fault::PowerCut;
                Err(io::Error::other("simulated fault"))
            }
            _ if self.failure_per_million > self.random.u32(..1_000_000) => {
                Err(io::Error::other("simulated fault"))
            }
            _ => Ok(()),
        }
    }

    fn rename(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.renames.push(change);
    }

    fn free_bytes(&self) -> u64 {
        let used: usize = self.names.values().map(|&number| self.files[number].visible.len()).sum();
        self.capacity_bytes.saturating_sub(used as u64)
    }

    /// Fails when a file of `length` octets growing to `wanted` would not fit.
    fn room(&self, length: usize, wanted: u64) -> io::Result<()> {
        if wanted.saturating_sub(length as u64) > self.free_bytes() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Link(name, number) => {
                names.insert(name.clone(), *number);
            }
            Self::Rename(from, to) => {
                if let Some(number) = names.remove(from) {
                    names.insert(to.clone(), number);
                }
            }
            Self::Remove(name) => {
                names.remove(name);
            }
        }
    }
}

impl Change {
    fn apply(&self, octets: &mut Vec<u8>) {
        match self {
            Self::Write { offset, octets: written } => overwrite(octets, *offset as usize, written),
            Self::Length(length) => octets.resize(*length as usize, 0),
        }
    }

    /// A write that was not synced: kept, lost or torn.
    fn survive(&self, durable: &mut Vec<u8>, random: &mut fastrand::Rng) {
        match (random.u8(..3), self) {
            (0, _) => self.apply(durable),
            (1, Self::Write { offset, octets }) => {
                let kept = random.usize(..=octets.len());
                overwrite(durable, *offset as usize, &octets[..kept]);
            }
            _ => {}
        }
    }
}

fn overwrite(target: &mut Vec<u8>, offset: usize, octets: &[u8]) {
    let end = offset + octets.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    target[offset..end].copy_from_slice(octets);
}

#[derive(Debug)]
struct SimLock {
    world: Arc<Mutex<World>>,
}

impl DiskLock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        unpoisoned::lock(&self.world).locked = false;
    }
}

#[derive(Debug)]
struct SimFile {
    world: Arc<Mutex<World>>,
    number: usize,
}

// === impl SimFile ===

impl SimFile {
    fn world(&self) -> MutexGuard<'_, World> {
        unpoisoned::lock(&self.world)
    }

    fn change(&self, change: Change) {
        let mut world = self.world();
        let inode = &mut world.files[self.number];
        change.apply(&mut inode.visible);
        inode.pending.push(change);
    }
}

impl DiskFile for SimFile {
    fn len_bytes(&self) -> io::Result<u64> {
        let world = self.world();
        world.alive()?;
        Ok(world.files[self.number].visible.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let world = self.world();
        world.alive()?;
        let visible = &world.files[self.number].visible;
        let from = visible.len().min(usize::try_from(offset).unwrap_or(usize::MAX));
        let count = buffer.len().min(visible.len() - from);
        buffer[..count].copy_from_slice(&visible[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, octets: &[u8], offset: u64) -> io::Result<()> {
        let mut world = self.world();
        let outcome = world.operate();
        let length = world.files[self.number].visible.len();
        let outcome = outcome.and_then(|()| world.room(length, offset + octets.len() as u64));
        let kept = if outcome.is_ok() { octets.len() } else { world.random.usize(..=octets.len()) };
        drop(world);
        if kept > 0 {
            self.change(Change::Write { offset, octets: octets[..kept].to_vec() });
        }
        outcome
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        let inode = &mut world.files[self.number];
        for change in std::mem::take(&mut inode.pending) {
            change.apply(&mut inode.durable);
        }
        Ok(())
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        let mut world = self.world();
        world.operate()?;
        let present = world.files[self.number].visible.len();
        world.room(present, length)?;
        drop(world);
        if length > present as u64 {
            self.change(Change::Length(length));
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.world().operate()?;
        self.change(Change::Length(length));
        Ok(())
    }
}
