//! The gateway is killed while hostile carriers are at it, and started again: every message that it
//! acknowledged ends as its carrier said, or stays open where nobody could know.

use std::sync::mpsc;
use std::time::Duration;

use postrider::sim::hostile::profiles::all::find;
use postrider::wire::smpp::pdu::BindMode;

use super::expected::assert_met_after_a_kill;
use super::traffic::{Curtain, Player};
use super::{HostileSmsc, Played, account, judge::judge, messages, site_of, start, table};
use crate::driver::esme::Esme;
use crate::driver::patience::until;

/// Carriers whose receipts overtake their responses, whose receipts contradict each other, and whose
/// responses and receipts come in any order.
const PROFILES: [&str; 3] = ["receipts-first", "liar", "reorder"];

/// Submits that have come to the carriers when the gateway is killed: in the middle of all there are.
const TAKEN_AT_THE_KILL: usize = 150;

/// Messages to each carrier.
const MESSAGES: usize = 150;

/// None of these carriers makes a message wait for a retry: what is still to come does so within the
/// response timer.
const OVER_AFTER: Duration = Duration::from_millis(3_500);

#[test]
fn a_kill_amid_hostile_carriers_changes_no_end() {
    let carriers = PROFILES.map(|name| {
        let profile = find(name).unwrap();
        (profile, start(profile, 5))
    });
    let site = site_of(&carriers);
    let mut gateway = site.start();
    let all = [0, 1, 2].map(|number| {
        let mut all = messages(number, carriers[number].0);
        all.truncate(MESSAGES);
        all
    });
    let bind = |number: usize| Esme::bind_as(site.smpp(), &account(number), BindMode::Transceiver);
    let heard: Vec<_> = std::thread::scope(|scope| {
        let players =
            carriers.iter().zip(&all).enumerate().map(|(number, ((_, smsc), messages))| {
                let (again, started_again) = mpsc::channel::<()>();
                let player = scope.spawn(move || {
                    let mut player = Player::new(smsc, messages);
                    player.over_after = OVER_AFTER;
                    assert_eq!(player.play(&mut bind(number)), Curtain::Gone);
                    started_again.recv().unwrap();
                    assert_eq!(player.play(&mut bind(number)), Curtain::Settled);
                    player.heard
                });
                (player, again)
            });
        let players: Vec<_> = players.collect();
        until("the carriers are at it", || {
            let taken = |smsc: &HostileSmsc| smsc.truth(|truth| truth.entries.len());
            let taken: usize = carriers.iter().map(|(_, smsc)| taken(smsc)).sum();
            (taken >= TAKEN_AT_THE_KILL).then_some(())
        });
        gateway.kill();
        gateway = site.start();
        players.iter().for_each(|(_, again)| again.send(()).unwrap());
        players.into_iter().map(|(player, _)| player.join().unwrap()).collect()
    });
    gateway.terminate();
    let played = carriers.into_iter().zip(all).zip(heard).map(|(((profile, smsc), all), heard)| {
        let acknowledged = heard.ids.iter().filter(|id| !id.is_empty()).count();
        assert!(acknowledged > all.len() / 2, "{}: {acknowledged}", profile.name);
        Played { profile, smsc, messages: all, heard }
    });
    let verdicts = judge(&site.data(), played.collect());
    println!("{}", table::of(&verdicts));
    assert!(verdicts.iter().any(|verdict| verdict.doubled > 0), "no kill came in the middle");
    assert_met_after_a_kill(&verdicts);
}
