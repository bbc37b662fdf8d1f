//! The bodies of PDUs: one struct each, named and fielded as the standard has them.
//!
//! Its place: between [`super::frame`] and [`super::session`]. Strings are the octets of the frame
//! without their NUL, never checked for an alphabet. A response whose identifier is `None` has no
//! body at all, which peers send with any status.
//!
//! **Invariants**: [`Pdu::decode`] looks at nothing outside its frame; what [`encode`] writes,
//! `decode` reads back.

mod table;

mod body;
pub use body::{Body, Raw, encode, encode_header};

mod any;
pub use any::Pdu;

mod bind;
pub use bind::{Bind, BindMode, BindResp, Outbind};

mod bare;
pub use bare::{
    CancelBroadcastSmResp, CancelSmResp, EnquireLink, EnquireLinkResp, GenericNack, ReplaceSmResp,
    Unbind, UnbindResp,
};

mod sm;
pub use sm::{DeliverSm, DeliverSmResp, ESM_CLASS_UDHI, Sm, SubmitSm, SubmitSmResp};

mod data_sm;
pub use data_sm::{DataSm, DataSmResp};

mod submit_multi;
pub use submit_multi::{
    DestAddress, DestAddressIter, DestAddresses, SubmitMulti, SubmitMultiResp, UnsuccessSme,
    UnsuccessSmeIter, UnsuccessSmes,
};

mod manage;
pub use manage::{AlertNotification, CancelSm, QuerySm, QuerySmResp, ReplaceSm};

mod broadcast;
pub use broadcast::{
    BroadcastSm, BroadcastSmResp, CancelBroadcastSm, QueryBroadcastSm, QueryBroadcastSmResp,
};
