//! Who is at the far end of a socket: applications, carriers, the API's clients, and who is told news.

pub mod export;

pub mod http;

pub mod otlp;

pub mod smpp;

pub mod webhook;
