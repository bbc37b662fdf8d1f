//! The PyPI package `smpp34` as an application.

use std::process::Command;

use crate::driver::stranger::submits_and_gets_its_receipts;
use crate::driver::tools::{client, installed, is_there};

#[test]
fn the_pypi_package_smpp34_binds_submits_and_gets_its_receipts() {
    let python = installed("python/bin/python");
    if is_there("the PyPI package smpp34", Command::new(&python).args(["-c", "import smpp34"])) {
        submits_and_gets_its_receipts(
            "python",
            Command::new(&python).arg(client("python/client_smpp34.py")),
        );
    }
}
