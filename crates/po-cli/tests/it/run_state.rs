//! `po run --state`: killed at any moment, it goes on with the same bits.

use std::fs;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::feed::{CONFIG, Feed, csv, files, folder, newest};
use crate::po::{Done, Folder};

const DAYS: usize = 120;

const FLAGS: [&str; 6] = ["--state", "state", "--snapshot-every", "7", "--decisions", "decisions.ndjson"];

/// A run of all bars without a pause, with its file of decisions and its last snapshot.
fn uninterrupted() -> (Folder, String, (String, Vec<u8>)) {
    let folder = folder().and("bars.csv", csv(DAYS).concat());
    let done = whole(&folder);
    assert!(
        done.err.contains("bars 120 taken in, the last of 2024-04-29T16:00:00Z, 20 refused, 10 unreadable\n"),
        "{}",
        done.err
    );
    let decisions = fs::read_to_string(folder.path("decisions.ndjson")).unwrap();
    assert_eq!(decisions.lines().count(), 140);
    let snapshot = newest(&folder, "state");
    assert_eq!(snapshot.0, "snapshot-000000000140");
    (folder, decisions, snapshot)
}

fn whole(folder: &Folder) -> Done {
    let done = folder.po(&[&["run", "--config", "engine.toml", "bars.csv"], FLAGS.as_slice()].concat());
    assert_eq!((done.status, done.out.as_str()), (0, ""), "{}", done.err);
    done
}

/// A run that was killed after some decisions, and while it waited for the next bar.
fn killed(lines: usize) -> Folder {
    let folder = folder().and("bars.csv", csv(DAYS).concat());
    let mut feed = Feed::start(&folder, &FLAGS);
    let mut sent = 0;
    for line in csv(DAYS) {
        if sent == lines {
            break;
        }
        feed.send(&line);
        sent += usize::from(!line.starts_with("time") && !line.starts_with("oops"));
    }
    feed.wait_for(&folder.path("decisions.ndjson"), lines);
    assert_eq!(feed.kill(), "");
    folder
}

/// The rest of a run comes to the same end. Gives what it said.
fn goes_on(folder: &Folder) -> String {
    let (_, decisions, snapshot) = uninterrupted();
    let done = whole(folder);
    assert!(fs::read_to_string(folder.path("decisions.ndjson")).unwrap() == decisions, "{}", done.err);
    assert!(newest(folder, "state") == snapshot, "{}", done.err);
    done.err
}

#[test]
fn kills_leave_no_trace() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
    let (_, decisions, snapshot) = uninterrupted();
    let bars = csv(DAYS);
    let folder = folder();
    let mut lines = 0;
    while lines < 130 {
        lines += random.random_range(1..25);
        // What was sent beyond the line that is waited for is somewhere on its way when the kill comes.
        let more = random.random_range(0..12);
        let mut feed = Feed::start(&folder, &FLAGS);
        bars.iter().take(1 + lines + more + lines / 3).for_each(|line| feed.send(line));
        feed.wait_for(&folder.path("decisions.ndjson"), lines.min(130));
        feed.kill();
    }
    let mut feed = Feed::start(&folder, &FLAGS);
    bars.iter().for_each(|line| feed.send(line));
    feed.end();
    assert!(fs::read_to_string(folder.path("decisions.ndjson")).unwrap() == decisions);
    assert!(newest(&folder, "state") == snapshot);
    assert_eq!(files(&folder, "state", "snapshot").len(), 2);
    assert_eq!(files(&folder, "state", "journal").len(), 2);
}

#[test]
fn a_stream_that_goes_on_after_a_kill_needs_no_bar_twice() {
    let bars = csv(40);
    let folder = folder();
    let mut all = String::new();
    let mut feed = Feed::start(&folder, &FLAGS[..4]);
    for line in &bars[..20] {
        feed.send(line);
        if !line.starts_with("time") && !line.starts_with("oops") {
            all += &feed.line();
        }
    }
    assert_eq!(feed.kill(), "");
    let mut feed = Feed::start(&folder, &FLAGS[..4]);
    // Whether the last decision was seen, only its reader knows; so it comes again.
    assert_eq!(feed.line(), format!("{}\n", all.lines().last().unwrap()));
    feed.send(&bars[0]);
    bars[20..].iter().for_each(|line| feed.send(line));
    all += &feed.end();
    let expected = folder.po_reading(&["run", "--config", "engine.toml"], bars.concat().as_bytes());
    assert_eq!(all, expected.out);
    // After an end that was no kill, nothing comes again.
    let again = folder.po_reading(&["run", "--config", "engine.toml", "--state", "state"], b"");
    assert_eq!((again.out.as_str(), again.status), ("", 0), "{}", again.err);
}

#[test]
fn a_damaged_snapshot_is_told_and_the_one_before_it_used() {
    let folder = killed(40);
    let newest = files(&folder, "state", "snapshot").pop().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let err = goes_on(&folder);
    assert!(err.starts_with("warning: state/snapshot-"), "{err}");
    assert!(err.contains("its bytes were changed; the snapshot before it is used\n"), "{err}");

    for path in files(&folder, "state", "snapshot") {
        fs::write(path, b"PO-").unwrap();
    }
    let done = folder.po(&["run", "--config", "engine.toml", "bars.csv", "--state", "state"]);
    assert_eq!(
        (done.status, done.err.as_str()),
        (
            2,
            "error: no snapshot in state can be restored: the snapshot has 3 bytes, expected 24: it was not written to its end; expected the directory of an earlier run, or an empty one\n"
        )
    );
}

#[test]
fn a_damaged_journal_is_used_as_far_as_it_goes() {
    // Cut within its last line, as a kill may leave it: nothing is to be told.
    let folder = killed(38);
    let journal = files(&folder, "state", "journal").pop().unwrap();
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() - 5]).unwrap();
    assert!(!goes_on(&folder).contains("journal-"));

    // Changed in its first bar; what follows comes again from the file of bars.
    let folder = killed(40);
    let journal = files(&folder, "state", "journal")
        .into_iter()
        .find(|path| fs::read(path).unwrap().split(|byte| *byte == b'\n').count() > 4)
        .unwrap();
    let mut bytes = fs::read(&journal).unwrap();
    let bar = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 20;
    bytes[bar] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let newest = files(&folder, "state", "snapshot").pop().unwrap();
    fs::write(newest, b"").unwrap();
    let err = goes_on(&folder);
    assert!(err.contains("the bars after it have to come again\n"), "{err}");
}

#[test]
fn decisions_that_are_not_in_the_state_are_kept_apart() {
    let folder = killed(30);
    let path = folder.path("decisions.ndjson");
    // More than the journal knows, as after a loss of power.
    let mut text = fs::read_to_string(&path).unwrap();
    text += "{\"bar\":99}\n";
    fs::write(&path, text).unwrap();
    let err = goes_on(&folder);
    assert!(err.contains("decisions.ndjson has decisions of bars that are not in the state"), "{err}");
    assert_eq!(fs::read_to_string(folder.path("decisions.ndjson.cut")).unwrap(), "{\"bar\":99}\n");
}

#[test]
fn decisions_that_are_missing_are_written_again() {
    let folder = killed(31);
    let path = folder.path("decisions.ndjson");
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 100]).unwrap();
    goes_on(&folder);
}

#[test]
fn decisions_that_were_taken_away_are_told_of() {
    let folder = killed(31);
    let path = folder.path("decisions.ndjson");
    let text = fs::read(&path).unwrap();
    // The snapshot of 28 bars knows of more; what is left of the last line goes.
    let cut = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(&path, &text[..cut + 10]).unwrap();
    let err = whole(&folder).err;
    assert!(
        err.starts_with(
            "warning: decisions.ndjson is shorter than the run has left it; decisions go on at its end\n"
        ),
        "{err}"
    );
    let (_, decisions, _) = uninterrupted();
    let lines: Vec<&str> = decisions.lines().collect();
    let after: Vec<&str> = lines[..1].iter().chain(&lines[30..]).copied().collect();
    assert_eq!(fs::read_to_string(&path).unwrap().lines().collect::<Vec<_>>(), after);
}

#[test]
fn a_state_is_for_one_configuration() {
    let (folder, ..) = uninterrupted();
    let folder = folder.and("other.toml", CONFIG.replace("5.0", "7.5").replace("0.01\n", "0.02\n"));
    let done = folder.po(&["run", "--config", "other.toml", "bars.csv", "--state", "state"]);
    assert_eq!(done.status, 2);
    assert_eq!(
        done.err,
        "error: the state in state was begun with other settings: budget.volatility_budget was 0.01, and is 0.02 now, trading.cost_bps was 5.0, and is 7.5 now; expected the same settings, or another directory for --state\n"
    );
    let done = folder.po(&[
        "run",
        "--config",
        "engine.toml",
        "bars.csv",
        "--state",
        "state",
        "--decisions",
        "decisions.ndjson",
        "-o",
        "csv",
    ]);
    assert_eq!(
        done.err,
        "error: decisions.ndjson was begun with --output ndjson, expected the same, or another file for --decisions\n"
    );
}

#[test]
fn two_runs_do_not_share_a_state() {
    let folder = folder();
    let mut feed = Feed::start(&folder, &["--state", "state"]);
    csv(1).iter().for_each(|line| feed.send(line));
    assert!(feed.line().starts_with("{\"bar\":1,"));
    let done = folder.po(&["run", "--config", "engine.toml", "--state", "state"]);
    assert_eq!(
        (done.status, done.err.as_str()),
        (2, "error: the state in state is in use by another po run, expected a directory for each run\n")
    );
    // The lock of a program that was killed holds nobody up.
    feed.kill();
    assert_eq!(folder.po(&["run", "--config", "engine.toml", "--state", "state"]).status, 0);
}
