//! Threads that leave the processor to those who have messages in hand.

/// Lowers the calling thread's priority to this niceness, from 0 to 19. If the system does not allow it,
/// the thread just stands back less.
pub fn stand_back(niceness: i32) {
    let thread = Some(rustix::thread::gettid());
    let _ = rustix::process::setpriority_process(thread, niceness);
}
