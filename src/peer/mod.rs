//! Who is at the far end of a socket: applications, carriers, and the API's clients.

pub mod http;

pub mod smpp;
