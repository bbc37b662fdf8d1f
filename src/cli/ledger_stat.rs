//! The figures of a data directory, for people and for programs.

use jiff::Timestamp as Moment;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::base::clock::Timestamp;
use crate::ledger::inspect::survey::{Buckets, Survey};
use crate::message::disposition::Disposition;

/// What a kind of files is for.
fn purpose(kind: &str) -> &'static str {
    match kind {
        "log" => "messages and events, whole",
        "columns" => "what searches look at",
        "states" => "what became of each message",
        "links" => "the events of each message",
        "to" => "by destination",
        "from" => "by source",
        "corr" => "by carriers' ids, sorted",
        "ids" => "by carriers' ids, the newest",
        "text" => "by words",
        "text-late" => "replaced messages",
        "checkpoint" => "how far the indexes are",
        "names" => "accounts and carriers",
        "identity" => "whose it is",
        _ => "",
    }
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    let micros = i64::try_from(at?.0).ok()?;
    Moment::from_microsecond(micros).ok().map(|moment| format!("{moment:.3}"))
}

fn day(number: u64) -> String {
    let moment = i64::try_from(number * 86_400).ok().and_then(|at| Moment::from_second(at).ok());
    let date = moment.map(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC).date());
    date.map_or_else(|| number.to_string(), |date: Date| date.to_string())
}

/// Lines for people.
pub(super) fn lines(survey: &Survey) -> Vec<String> {
    let told = |at| moment(at).unwrap_or_else(|| "–".to_owned());
    let (full, sorted, each) = survey.segments;
    let mut lines = vec![
        format!(
            "format {}, node {}, checkpoint {}",
            survey.version, survey.node, survey.checkpoint
        ),
        format!(
            "{} messages, {} events, {} carriers' ids, {} unreadable records",
            survey.messages, survey.events, survey.carrier_ids, survey.strays
        ),
        format!("accepted {} to {}", told(survey.oldest), told(survey.newest)),
        format!("{} accounts, {} carriers", survey.names.0, survey.names.1),
        format!("{full} full segments of {each} messages, {sorted} of them sorted"),
        format!(
            "log of {} octets, {} of them behind the checkpoint: a start reads those again",
            survey.log_bytes, survey.log_bytes_after
        ),
        format!(
            "{} log files compressed: {} octets of log take {} ({} fewer)",
            survey.cold.files,
            survey.cold.plain_bytes,
            survey.cold.bytes,
            survey.cold.saved_bytes()
        ),
        format!(
            "words of {} messages in {} files, {} of them whole segments",
            survey.words.messages, survey.words.files, survey.words.segments
        ),
        String::new(),
        format!("{:<12}{:>6}{:>16}{:>12}  ", "FILES", "COUNT", "OCTETS", "A MESSAGE"),
    ];
    for (kind, sum) in &survey.kinds {
        let each = sum.bytes as f64 / survey.messages.max(1) as f64;
        let purpose = purpose(kind);
        let line = format!("{kind:<12}{:>6}{:>16}{each:>12.1}  {purpose}", sum.files, sum.bytes);
        lines.push(line.trim_end().to_owned());
    }
    lines.push(String::new());
    let head = Disposition::ALL.iter().map(|disposition| format!("{:>13}", disposition.name()));
    lines.push(format!("{:<12}{:>12}{}", "DAY (UTC)", "MESSAGES", head.collect::<String>()));
    let row = |name: &str, buckets: &Buckets| {
        let counts = buckets.iter().map(|count| format!("{count:>13}")).collect::<String>();
        format!("{name:<12}{:>12}{counts}", buckets.iter().sum::<u64>())
    };
    lines.extend(survey.days.iter().map(|(number, buckets)| row(&day(*number), buckets)));
    lines.push(row("all", &survey.buckets));
    lines
}

fn buckets(buckets: &Buckets) -> Value {
    let counts = Disposition::ALL.iter().zip(buckets);
    let named = counts.map(|(disposition, count)| (disposition.name().to_owned(), json!(count)));
    Value::Object(named.collect::<Map<_, _>>())
}

/// The same for programs.
pub(super) fn as_json(survey: &Survey) -> Value {
    let kinds = survey.kinds.iter().map(|(kind, sum)| {
        let each = sum.bytes as f64 / survey.messages.max(1) as f64;
        let value = json!({ "files": sum.files, "bytes": sum.bytes, "bytes_per_message": each });
        (kind.clone(), value)
    });
    let days = survey.days.iter().map(|(number, counts)| (day(*number), buckets(counts)));
    json!({
        "format": survey.version,
        "node": survey.node,
        "directory_id": format!("{:016x}", survey.directory_id),
        "checkpoint": survey.checkpoint,
        "messages": survey.messages,
        "events": survey.events,
        "carrier_ids": survey.carrier_ids,
        "unreadable": survey.strays,
        "accounts": survey.names.0,
        "carriers": survey.names.1,
        "oldest": moment(survey.oldest),
        "newest": moment(survey.newest),
        "segments": {
            "full": survey.segments.0,
            "sorted": survey.segments.1,
            "messages_each": survey.segments.2,
        },
        "log_bytes": survey.log_bytes,
        "log_bytes_behind_checkpoint": survey.log_bytes_after,
        "compressed": {
            "files": survey.cold.files,
            "log_bytes": survey.cold.plain_bytes,
            "bytes": survey.cold.bytes,
            "saved_bytes": survey.cold.saved_bytes(),
        },
        "words": {
            "messages": survey.words.messages,
            "files": survey.words.files,
            "segments": survey.words.segments,
            "words": survey.words.words,
        },
        "files": Value::Object(kinds.collect::<Map<_, _>>()),
        "dispositions": buckets(&survey.buckets),
        "days": Value::Object(days.collect::<Map<_, _>>()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_line_and_its_counts_add_up() {
        let mut survey = Survey { messages: 3, ..Survey::default() };
        survey.days.insert(20_371, [0, 2, 1, 0, 0, 0, 0]);
        survey.buckets = [0, 2, 1, 0, 0, 0, 0];
        let lines = lines(&survey);
        let day: Vec<&str> = lines[lines.len() - 2].split_whitespace().collect();
        assert_eq!(day, ["2025-10-10", "3", "0", "2", "1", "0", "0", "0", "0"]);
        let json = as_json(&survey);
        assert_eq!(json["days"]["2025-10-10"]["bounced"], 1);
        assert_eq!(json["oldest"], Value::Null);
    }
}
