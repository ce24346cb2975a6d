//! Against a bucket on this machine that misbehaves.

use std::sync::Arc;

use tongguan_application::ports::Clock;
use tongguan_archive::bucket::Bucket as _;
use tongguan_domain::time::Moment;
use tongguan_testbed::bucket::{BucketStandIn, KEY, SECRET, Trouble};

use super::*;

/// A clock that stands, and waits for nothing.
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment::parse_wire("20261123120000").unwrap()
    }

    fn pause(&self, _: Duration) {}
}

fn settings(endpoint: &str) -> S3Settings {
    S3Settings {
        location: Location::parse("s3://archive/of/tongguan").unwrap(),
        endpoint: Some(endpoint.to_owned()),
        region: "us-east-1".to_owned(),
        key: KEY.to_owned(),
        secret: SECRET.to_owned(),
        token: None,
    }
}

fn bucket(stand_in: &BucketStandIn) -> S3 {
    answering(stand_in, WITHIN)
}

fn answering(stand_in: &BucketStandIn, within: Duration) -> S3 {
    S3::answering(settings(&stand_in.endpoint), Arc::new(Still), within).unwrap()
}

fn written(bucket: &S3, name: &str, bytes: &[u8]) -> Result<(), NotKept> {
    bucket.write(name, &mut &*bytes, u64::try_from(bytes.len()).unwrap())
}

/// More than one part, and no byte like its neighbour.
fn long() -> Vec<u8> {
    (0..PART + 5).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

#[test]
fn what_is_written_is_listed_by_pages_and_read_by_parts() {
    let stand_in = BucketStandIn::start().unwrap();
    let bucket = bucket(&stand_in);
    let names =
        ["2026-03/a+b c.parquet", "2026-03/manifest.json", "2026-04/x", "2026-05/x", "2026-06/x"];
    for name in names {
        written(&bucket, name, b"0123456789").unwrap();
    }
    stand_in.with(|kept| kept.objects.insert("archive/of/another".into(), Vec::new()));
    let mut listed = bucket.list().unwrap();
    listed.sort();
    assert_eq!(listed, names, "what lies elsewhere in the bucket is not ours");
    let pages = stand_in.with(|kept| kept.asked.iter().filter(|it| it.starts_with("GET")).count());
    assert_eq!(pages, 3);
    let piece = |range| bucket.read(names[0], range).unwrap().unwrap();
    assert_eq!(piece(3..5), Piece { bytes: b"34".to_vec(), of: 10 });
    assert_eq!(piece(8..100), Piece { bytes: b"89".to_vec(), of: 10 });
    assert_eq!(bucket.read("2026-07/x", 0..5), Ok(None));
    assert_eq!(bucket.location(), "s3://archive/of/tongguan/");
}

#[test]
fn what_is_long_comes_in_parts_and_stands_there_whole() {
    let stand_in = BucketStandIn::start().unwrap();
    let (bucket, long) = (bucket(&stand_in), long());
    // The second part is answered with trouble, and the answer to the last request is lost.
    stand_in.trouble([None, None, Some(Trouble::SlowDown), None, Some(Trouble::AnswerLost)]);
    written(&bucket, "long", &long).unwrap();
    stand_in.with(|kept| {
        assert!(kept.objects["archive/of/tongguan/long"] == long, "another object");
        assert!(kept.uploads.is_empty());
    });
}

#[test]
fn what_is_not_made_of_its_parts_is_not_there_and_leaves_nothing() {
    let stand_in = BucketStandIn::start().unwrap();
    let bucket = bucket(&stand_in);
    stand_in.trouble([None, None, None, Some(Trouble::NotCompleted)]);
    let refused = written(&bucket, "long", &long()).unwrap_err().to_string();
    assert!(refused.contains("was not made of its parts"), "{refused}");
    stand_in.with(|kept| assert!(kept.objects.is_empty() && kept.uploads.is_empty(), "{kept:?}"));
}

#[test]
fn what_is_busy_or_breaks_off_is_asked_again() {
    let stand_in = BucketStandIn::start().unwrap();
    let bucket = bucket(&stand_in);
    written(&bucket, "x", b"0123456789").unwrap();
    stand_in.trouble([Some(Trouble::SlowDown), Some(Trouble::CutInTheMiddle), None]);
    assert_eq!(bucket.read("x", 0..10).unwrap().unwrap().bytes, b"0123456789");
    stand_in.trouble([Some(Trouble::CutInTheMiddle); 20]);
    let given_up = bucket.read("x", 0..10).unwrap_err().to_string();
    assert!(given_up.contains("6 times"), "{given_up}");
    stand_in.trouble([Some(Trouble::SlowDown); 20]);
    let given_up = bucket.read("x", 0..10).unwrap_err().to_string();
    assert!(given_up.contains("503 (SlowDown), 6 times"), "{given_up}");
}

#[test]
fn who_says_nothing_is_not_waited_for() {
    let stand_in = BucketStandIn::start().unwrap();
    let bucket = answering(&stand_in, Duration::from_millis(100));
    stand_in.trouble([Some(Trouble::Silence); 6]);
    let given_up = bucket.list().unwrap_err().to_string();
    assert!(
        given_up.contains("not reached: timeout") && given_up.contains("6 times"),
        "{given_up}"
    );
}

#[test]
fn another_part_than_was_asked_for_is_refused() {
    let stand_in = BucketStandIn::start().unwrap();
    let bucket = bucket(&stand_in);
    written(&bucket, "x", b"0123456789").unwrap();
    stand_in.trouble([Some(Trouble::AnotherPart)]);
    let refused = bucket.read("x", 5..8).unwrap_err().to_string();
    assert!(refused.contains("another part"), "{refused}");
}

#[test]
fn what_is_refused_is_told_at_once_with_its_reason_and_without_the_key() {
    let stand_in = BucketStandIn::start().unwrap();
    let other = |change: fn(&mut S3Settings)| {
        let mut settings = settings(&stand_in.endpoint);
        settings.token = Some("TOKEN".to_owned());
        change(&mut settings);
        S3::open(settings, Arc::new(Still)).unwrap()
    };
    let cases: [(fn(&mut S3Settings), _); 3] = [
        (|it| it.secret = "another".to_owned(), "403 (SignatureDoesNotMatch): check the key"),
        (|it| it.key = "ANOTHER".to_owned(), "403 (InvalidAccessKeyId): check the key"),
        (
            |it| it.location = Location::parse("s3://another").unwrap(),
            "404 (NoSuchBucket): make the bucket",
        ),
    ];
    for (at, (change, why)) in cases.into_iter().enumerate() {
        let bucket = other(change);
        let told = [
            bucket.list().unwrap_err().to_string(),
            bucket.read("x", 0..1).unwrap_err().to_string(),
            written(&bucket, "x", b"x").unwrap_err().to_string(),
            written(&bucket, "long", &long()).unwrap_err().to_string(),
        ];
        for told in told {
            assert!(told.contains(why), "{told}");
            let shown = format!("{told} {bucket:?}");
            for kept in ["X-Amz", SECRET, KEY, "TOKEN", "another\"", "ANOTHER"] {
                assert!(!shown.contains(kept), "{kept} in {shown}");
            }
        }
        assert_eq!(stand_in.with(|kept| kept.asked.len()), 4 * (at + 1), "nothing is tried twice");
    }
    stand_in.trouble([Some(Trouble::AnswerLost); 6]);
    let unreached = other(|_| {}).list().unwrap_err().to_string();
    assert!(!unreached.contains("X-Amz") && !unreached.contains("TOKEN"), "{unreached}");
}

#[test]
fn places_endpoints_and_keys_that_cannot_be_are_refused() {
    for wrong in ["s3://", "s3:///a", "s3://a/../b", "s3://a b", "s3://a//b", "a", "s3://a/b?c"] {
        assert_eq!(Location::parse(wrong), Err(NoBucket::Location(wrong.to_owned())));
    }
    let parsed = Location::parse("s3://archive/").unwrap();
    assert_eq!((&*parsed.bucket, &*parsed.prefix), ("archive", ""));
    let opened = |settings: S3Settings| S3::open(settings, Arc::new(Still));
    for right in ["https://s3.example", "https://s3.example:9000/", "http://[::1]:9000"] {
        assert!(opened(settings(right)).is_ok(), "{right}");
    }
    let wrong = [
        "",
        "s3.example",
        "http://s3.example",
        "ftp://s3.example",
        "https://s3.example/path",
        "https://s3.example?a",
        "http://127.0.0.1.s3.example",
        "https://",
    ];
    for wrong in wrong {
        let refused = opened(settings(wrong)).unwrap_err();
        assert_eq!(refused, NoBucket::Endpoint(wrong.to_owned()));
    }
    let refused = opened(settings("https://key:word@s3.example")).unwrap_err().to_string();
    assert!(!refused.contains("word"), "{refused}");
    let region = S3Settings { region: "a.b/".to_owned(), ..settings("https://s3.example") };
    assert_eq!(opened(region).unwrap_err(), NoBucket::Region("a.b/".to_owned()));
    let secret = S3Settings { secret: "a\nb".to_owned(), ..settings("https://s3.example") };
    assert_eq!(opened(secret).unwrap_err(), NoBucket::Key("secret access key"));
}
