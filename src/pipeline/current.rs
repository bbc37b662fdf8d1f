//! What the shards share at this moment, for those who are no shard: the API and the board.
//!
//! A shard has its own handle and is given another between turns; everybody else asks here each time.

use std::sync::{Arc, PoisonError, RwLock};

use super::shared::Shared;

/// A handle that sees a reload. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Current(Arc<RwLock<Arc<Shared>>>);

impl Current {
    /// This, until it is replaced.
    pub fn new(shared: Arc<Shared>) -> Self {
        Self(Arc::new(RwLock::new(shared)))
    }

    /// What is shared now.
    pub fn get(&self) -> Arc<Shared> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces it.
    pub fn set(&self, shared: Arc<Shared>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shared;
    }
}
