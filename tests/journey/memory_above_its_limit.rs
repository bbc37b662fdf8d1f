//! Too much waits in memory: new work is refused and everybody is told; what was accepted is not touched,
//! and room lets it go on.

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::operator::operate;
use crate::driver::patience::until;
use crate::driver::site::{Site, listener};

const ESME_RTHROTTLED: u32 = 0x58;

/// As many as the limit has room for.
const MESSAGES: usize = 1_024;

#[test]
fn above_the_limit_submits_are_refused_and_below_it_they_are_taken_again() {
    let site = Site::new()
        .top_keys(&format!("memory_bytes_max = {}", MESSAGES * 256))
        .account("app", "window = 1000")
        .carrier("sink", listener().local_addr().unwrap(), "")
        .route("", "sink");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let taken: Vec<String> =
        (0..MESSAGES).map(|number| esme.submit(&format!("{number}"))).collect();
    until("submits are refused", || {
        esme.try_submit(HANDSET, "too much")
            .is_err_and(|status| status == ESME_RTHROTTLED)
            .then_some(())
    });
    let (status, ready) = http::get_json(site.http(), "/readyz");
    assert_eq!((status, &ready["reason"]), (503, &"over_memory".into()), "{ready}");
    let message = r#"{"account":"app","from":"ACME","to":"+447700900123","text":"late"}"#;
    let (status, problem) = http::post_json(site.http(), "/v1/messages", message);
    assert_eq!((status, &problem["code"]), (503, &"over_memory".into()), "{problem}");
    let (_, metrics) = http::get(site.http(), "/metrics");
    assert!(metrics.contains("postrider_memory_limit_bytes 262144"), "{metrics}");
    let (_, first) = http::get_json(site.http(), &format!("/v1/messages/msg_{}", taken[0]));
    assert_eq!(first["disposition"], "in_progress", "{first}");

    let said = operate(&site, &["queue", "bounce", "sink"]);
    assert!(said.contains("messages have ended"), "{said}");
    until("there is room again", || (http::get(site.http(), "/readyz").0 == 200).then_some(()));
    esme.submit_patiently("room again");
}
