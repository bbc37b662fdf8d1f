//! Where a demo lives: its directory and its ports.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// The data directory; one that was made for the demo goes with it.
#[derive(Debug)]
pub(super) struct Place {
    directory: PathBuf,
    temporary: bool,
}

impl Place {
    /// The directory given, or a new one.
    pub(super) fn new(given: Option<PathBuf>) -> io::Result<Self> {
        if let Some(directory) = given {
            return Ok(Self { directory, temporary: false });
        }
        let name = format!("postrider-demo-{:08x}", fastrand::u32(..));
        let directory = std::env::temp_dir().join(name);
        // It fails where somebody else has made it before.
        std::fs::create_dir(&directory)?;
        Ok(Self { directory, temporary: true })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) const fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.directory)
        {
            tracing::warn!(%error, directory = %self.directory.display(), "stays");
        }
    }
}

/// This port of the loopback, or any if it is taken.
pub(super) fn listen(preferred: u16) -> SocketAddr {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, preferred));
    match TcpListener::bind(wanted) {
        Ok(_) => wanted,
        Err(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_its_own_goes_with_the_demo_and_a_given_one_stays() {
        let place = Place::new(None).unwrap();
        let made = place.directory().to_owned();
        assert!(made.is_dir() && place.is_temporary());
        drop(place);
        assert!(!made.exists());
        let given = tempfile::tempdir().unwrap();
        drop(Place::new(Some(given.path().to_owned())).unwrap());
        assert!(given.path().is_dir());
    }

    #[test]
    fn a_taken_port_gives_way_to_any() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_eq!(listen(port).port(), 0);
        drop(taken);
        assert_eq!(listen(port).port(), port);
    }
}
