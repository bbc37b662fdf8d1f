//! What lies between a socket and a protocol: TLS.
//!
//! Nothing here opens a socket: octets come in through whatever is given to read and write.

pub mod tls;
