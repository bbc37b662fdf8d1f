//! Reading and writing the little-endian fields that records are made of.
//!
//! **Invariant**: a reader never goes past its slice; what is cut short is `None`, not a panic.

/// Takes fields off the front of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `count` octets.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    /// One octet.
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[octet]| octet)
    }

    /// Two octets.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// Four octets.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight octets.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Octets behind a one-octet length.
    pub fn short(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// Octets behind a two-octet length.
    pub fn long(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }
}

/// Writes octets behind a one-octet length; what is longer than 255 is cut there.
pub fn put_short(out: &mut Vec<u8>, octets: &[u8]) {
    let kept = &octets[..octets.len().min(usize::from(u8::MAX))];
    out.push(kept.len() as u8);
    out.extend_from_slice(kept);
}

/// Writes octets behind a two-octet length; what is longer than 65,535 is cut there.
pub fn put_long(out: &mut Vec<u8>, octets: &[u8]) {
    let kept = &octets[..octets.len().min(usize::from(u16::MAX))];
    out.extend_from_slice(&(kept.len() as u16).to_le_bytes());
    out.extend_from_slice(kept);
}
