//! Bad input: each kind ends with status 1 and a message that says where, what and what to do; nothing is left behind.

use crate::support::command::Workplace;

const HEADER: &str = "id,i1,i2,i3,i4,i5,i6\n";

/// Scores a file that must fail, into a file that must not appear.
#[track_caller]
fn refused(content: impl AsRef<[u8]>, more: &[&str], expected: &[&str]) {
    let work = Workplace::new();
    work.file("answers.csv", content);
    let mut args = vec!["--output", "scores.csv"];
    args.extend(more);
    work.score_tiny(&args).fails_with(expected);
    assert_eq!(work.names(), ["answers.csv"], "something was left behind");
}

/// Scores a file that must be read, and returns the scores.
#[track_caller]
fn accepted(content: impl AsRef<[u8]>, more: &[&str]) -> String {
    let work = Workplace::new();
    work.file("answers.csv", content);
    work.score_tiny(more).ok().text()
}

const PLAIN: &str = "id,i1,i2,i3,i4,i5,i6\na,1,2,3,4,5,1\nb,5,5,5,5,5,5\n";

#[test]
fn missing_header() {
    refused(
        "a,1,2,3,4,5,1\nb,5,5,5,5,5,5\n",
        &[],
        &["answers.csv", "the first line names no item of tiny", "i1", "--columns"],
    );
}

#[test]
fn missing_item_column() {
    refused("id,i1,i2,i3,i4,i5\na,1,2,3,4,5\n", &[], &["no column for 1 of the 6 items", "`i6`", "--columns"]);
}

#[test]
fn unknown_column_named_in_an_option() {
    refused(PLAIN, &["--id", "ide"], &["no column `ide` (--id)", "did you mean `id`?"]);
    refused(PLAIN, &["--keep", "town"], &["no column `town` (--keep)"]);
}

#[test]
fn unknown_column_in_the_input_is_counted_and_ignored() {
    let work = Workplace::new();
    work.file("answers.csv", "id,colour,i1,i2,i3,i4,i5,i6,town\na,x,1,2,3,4,5,1,y\n");
    let ran = work.score_tiny(&["--id", "id"]).ok();
    assert!(ran.stderr.contains("2 columns of the input are not used"), "{}", ran.stderr);
}

#[test]
fn items_of_a_longer_form_stop_the_run() {
    refused(
        "id,i1,i2,i3,i4,i5,i6,i7\na,1,2,3,4,5,1,1\n",
        &[],
        &["column `i7` is no item of tiny but fits its item ids", "--columns"],
    );
}

#[test]
fn duplicate_column() {
    refused("id,i1,i2,i3,i4,i5,i6,I3\na,1,2,3,4,5,1,1\n", &[], &["column `i3` stands twice (columns 4 and 8)"]);
}

#[test]
fn row_too_short() {
    refused(
        format!("{HEADER}a,1,2,3,4,5,1\nb,1,2\nc,1,2,3,4,5,1\n"),
        &[],
        &["answers.csv, row 2", "3 fields", "header 7", "--rejects"],
    );
}

#[test]
fn row_too_long() {
    refused(format!("{HEADER}a,1,2,3,4,5,1,9\n"), &[], &["row 1", "8 fields", "header 7"]);
}

#[test]
fn letter_in_an_answer() {
    refused(format!("{HEADER}a,1,2,x,4,5,1\n"), &[], &["row 1, column `i3`", "`x`", "1 to 5", "--missing"]);
}

#[test]
fn answer_outside_the_categories() {
    refused(format!("{HEADER}a,1,2,3,4,5,1\nb,1,2,3,6,5,1\n"), &[], &["row 2, column `i4`", "`6`", "outside 1 to 5"]);
    refused(format!("{HEADER}a,1,2,3,4,5,0\n"), &[], &["`0`", "--missing 0"]);
}

#[test]
fn a_missing_code_that_is_an_answer() {
    refused(PLAIN, &["--missing", "5"], &["--missing 5", "also an answer"]);
}

#[test]
fn quoted_fields_are_read() {
    let quoted = "\"id\",\"i1\",\"i2\",i3,i4,i5,i6\n\"a\",\"1\",2,3,4,5,1\n\"b, the \"\"second\"\"\",5,5,5,5,5,5\n";
    let scores = accepted(quoted, &["--id", "id"]);
    assert_eq!(scores.lines().nth(1), accepted(PLAIN, &["--id", "id"]).lines().nth(1));
    assert!(scores.lines().nth(2).unwrap().starts_with("\"b, the \"\"second\"\"\","), "{scores}");
}

#[test]
fn carriage_returns_marks_and_separators_are_read() {
    let plain = accepted(PLAIN, &["--id", "id"]);
    assert_eq!(accepted(PLAIN.replace('\n', "\r\n"), &["--id", "id"]), plain);
    assert_eq!(accepted(format!("\u{feff}{PLAIN}"), &["--id", "id"]), plain);
    assert_eq!(accepted(PLAIN.replace(',', ";"), &["--id", "id"]), plain);
    assert_eq!(accepted(PLAIN.replace(',', "\t"), &["--id", "id"]), plain);
    assert_eq!(accepted(PLAIN.trim_end(), &["--id", "id"]), plain);
    assert_eq!(accepted(PLAIN.replace("\nb", "\n\n\nb"), &["--id", "id"]), plain, "blank lines are no rows");
}

#[test]
fn windows_1252_is_read() {
    let mut bytes = b"id,pr\xe9nom,i1,i2,i3,i4,i5,i6\n".to_vec();
    bytes.extend_from_slice(b"a,Ren\xe9e \x80,1,2,3,4,5,1\n");
    let scores = accepted(bytes, &["--id", "id", "--keep", "prénom"]);
    assert!(scores.starts_with("id,prénom,"), "{scores}");
    assert!(scores.contains("\na,Renée €,"), "{scores}");
}

#[test]
fn utf_16_is_refused_with_the_remedy() {
    let bytes: Vec<u8> = std::iter::once(0xfeff_u16).chain(PLAIN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    refused(bytes, &[], &["UTF-16", "save it as UTF-8"]);
    let without_mark: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_be_bytes).collect();
    refused(without_mark, &[], &["UTF-16"]);
}

#[test]
fn empty_file() {
    refused("", &[], &["answers.csv is empty", "header line"]);
    refused("\n\n", &[], &["is empty"]);
}

#[test]
fn header_alone_gives_a_header_alone() {
    let scores = accepted(HEADER, &["--id", "id"]);
    assert_eq!(scores.lines().count(), 1);
}

#[test]
fn file_that_ends_in_the_middle_of_a_row() {
    refused(format!("{HEADER}a,1,2,3,4,5,1\nb,1,2,3"), &[], &["row 2", "the file ends in the middle of it"]);
}

#[test]
fn endless_line() {
    let mut content = HEADER.as_bytes().to_vec();
    content.resize(content.len() + (20 << 20), b'1');
    refused(content, &[], &["line 2", "longer than 16 MiB"]);
    refused(vec![b'i'; 20 << 20], &[], &["line 1", "longer than 16 MiB"]);
}

#[test]
fn input_that_is_not_there() {
    let work = Workplace::new();
    work.score_tiny(&["--output", "scores.csv"]).fails_with(&["cannot read answers.csv"]);
    assert!(work.names().is_empty());
    let work = Workplace::new();
    std::fs::create_dir(work.path("answers.csv")).unwrap();
    work.score_tiny(&[]).fails_with(&["it is a folder"]);
}

#[test]
fn unknown_instrument_with_the_nearest_name() {
    let work = Workplace::new();
    work.file("answers.csv", PLAIN);
    work.run(&["score", "answers.csv", "--instrument", "ipip-neo-12O"])
        .fails_with(&["ipip-neo-12O", "did you mean `ipip-neo-120`?"]);
}

#[test]
fn norm_without_the_needed_columns() {
    refused(PLAIN, &["--norm", "invented"], &["norm `invented` is by sex", "--sex", "--stratum combined"]);
    refused(PLAIN, &["--norm", "invented", "--stratum", "combined"], &["is by age", "--age"]);
    refused(PLAIN, &["--norm", "invented", "--sex", "id", "--age", "years"], &["no column `years` (--age)"]);
    refused(PLAIN, &["--norm", "imagined"], &["no norm `imagined`", "invented"]);
    refused(PLAIN, &["--metrics", "t"], &["metric `t` needs a norm", "--norm"]);
}

#[test]
fn arguments_that_cannot_be_read() {
    refused(PLAIN, &["--metrics", "raw,tee"], &["`tee` is no metric", "possible are raw"]);
    refused(PLAIN, &["--metrics", "raw,raw"], &["named twice"]);
    refused(PLAIN, &["--decimals", "many"], &["`many`", "0 to 15"]);
    refused(PLAIN, &["--level", "95"], &["--level", "between 0 and 1"]);
    refused(PLAIN, &["--threads", "0"], &["--threads 0"]);
    refused(PLAIN, &["--norm", "invented", "--sex", "id", "--sex-codes", "1=X"], &["--sex-codes", "1=X"]);
    refused(PLAIN, &["--no-such-option"], &["--no-such-option"]);
}

#[test]
fn output_that_cannot_be_written() {
    let work = Workplace::new();
    work.file("answers.csv", PLAIN);
    work.score_tiny(&["--output", "no/such/folder/scores.csv"]).fails_with(&["scores.csv", "does not exist"]);
    std::fs::create_dir(work.path("folder.csv")).unwrap();
    work.score_tiny(&["--output", "folder.csv"]).fails_with(&["it is a folder"]);
    let guarded = work.file("guarded.csv", "precious");
    let mut permissions = std::fs::metadata(&guarded).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&guarded, permissions).unwrap();
    work.score_tiny(&["--output", "guarded.csv"]).fails_with(&["guarded.csv", "may not be written"]);
    assert_eq!(work.read("guarded.csv"), "precious");
    assert_eq!(work.names(), ["answers.csv", "folder.csv", "guarded.csv"]);
}

#[test]
fn the_first_bad_row_is_the_first_in_the_file_whatever_the_threads() {
    let mut content = HEADER.to_owned();
    for row in 0..200_000 {
        let last = if row > 150_000 { 9 } else { 1 };
        content.push_str(&format!("{row},1,2,3,4,5,{last}\n"));
    }
    for threads in ["1", "2", "7"] {
        refused(&content, &["--threads", threads], &["row 150002, column `i6`"]);
    }
}

#[test]
fn rejected_rows_go_where_they_are_asked_to() {
    let content = format!("{HEADER}a,1,2,3,4,5,1\nb,1,2,\"x, y\",4,5,1\nc,1\nd,5,5,5,5,5,5\n");
    let work = Workplace::new();
    work.file("answers.csv", &content);
    let ran = work.score_tiny(&["--id", "id", "--rejects", "rejects.csv", "--output", "scores.csv"]).ok();
    assert!(ran.stderr.contains("4 rows read, 2 scored, 2 rejected"), "{}", ran.stderr);
    let rejects = work.read("rejects.csv");
    let lines: Vec<&str> = rejects.lines().collect();
    assert_eq!(lines.len(), 3, "{rejects}");
    assert!(lines[1].starts_with("2,b,i3,\"x, y\",") && lines[1].contains("is not an answer code"), "{rejects}");
    assert!(lines[2].starts_with("3,c,,,") && lines[2].contains("2 fields"), "{rejects}");
    let scores = work.read("scores.csv");
    let ids: Vec<&str> = scores.lines().skip(1).map(|line| &line[..1]).collect();
    assert_eq!(ids, ["a", "d"]);

    let inline = work.score_tiny(&["--id", "id", "--rejects", "inline"]).ok().text();
    let rows: Vec<&str> = inline.lines().skip(1).collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[1].starts_with("b,,,,,,,,,") && rows[1].contains("rejected: column `i3`"), "{inline}");
    assert_eq!(rows[0], scores.lines().nth(1).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_under_the_name() {
    let work = Workplace::new();
    let mut content = HEADER.to_owned();
    (0..50_000).for_each(|row| content.push_str(&format!("{row},1,2,3,4,5,1\n")));
    work.file("answers.csv", content);
    // The device that is always full stands for a full disk on a stream …
    let fixtures = crate::support::command::fixtures();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = work
        .command()
        .args(["score", "answers.csv", "--instrument", "tiny", "--instruments", fixtures.to_str().unwrap()])
        .stdout(full)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write standard output") && stderr.contains("space"), "{stderr}");
    // … and a limit on the size of files for a full disk under a file.
    let script = "ulimit -f 64; trap '' XFSZ; exec \"$0\" \"$@\"";
    let output = std::process::Command::new("bash")
        .current_dir(work.path(""))
        .args(["-c", script, env!("CARGO_BIN_EXE_bilan"), "score", "answers.csv", "--instrument", "tiny"])
        .args(["--instruments", fixtures.to_str().unwrap(), "--output", "scores.csv"])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write") && stderr.contains("nothing was left under that name"), "{stderr}");
    assert_eq!(work.names(), ["answers.csv"]);
}

#[test]
fn a_closed_pipe_is_no_fault() {
    use std::io::Read as _;
    let work = Workplace::new();
    let mut content = HEADER.to_owned();
    (0..200_000).for_each(|row| content.push_str(&format!("{row},1,2,3,4,5,1\n")));
    work.file("answers.csv", content);
    let fixtures = crate::support::command::fixtures();
    let mut child = work
        .command()
        .args(["score", "answers.csv", "--instrument", "tiny", "--instruments", fixtures.to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 64]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
