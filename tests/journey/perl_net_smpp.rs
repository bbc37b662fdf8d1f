//! Perl's Net::SMPP as an application.

use std::process::Command;

use crate::driver::stranger::submits_and_gets_its_receipts;
use crate::driver::tools::{client, is_there};

#[test]
fn perls_net_smpp_binds_submits_and_gets_its_receipts() {
    if is_there("Perl's Net::SMPP", Command::new("perl").args(["-MNet::SMPP", "-e", "1"])) {
        submits_and_gets_its_receipts("perl", Command::new("perl").arg(client("perl/client.pl")));
    }
}
