//! Protocols as octets and states, without I/O.
