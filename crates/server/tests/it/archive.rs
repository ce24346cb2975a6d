//! Months in a bucket, by command: keys from a file or from variables, and never on the terminal.

use std::fs;

use tongguan_domain::time::Moment;
use tongguan_testkit::bucket::{BucketStandIn, KEY, SECRET};
use tongguan_testkit::parcels::{Parcel, parcel};
use tongguan_testkit::world::{Beginning, World};

use crate::review::write_key;
use crate::run::{Run, tongguan_with};

const PLACE: [&str; 2] = ["--dir", "s3://archive/customs"];
const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)];

fn sent() -> Parcel {
    parcel(1, Moment::parse_wire("20260302095900").unwrap()).unwrap()
}

/// A month of one parcel that was delivered, in a service that does not run.
fn over() -> World {
    let mut world = World::with(Beginning::unsigned());
    world.send(&sent().documents());
    world.send([&sent().delivery_document()]);
    world.stop();
    write_key(&world);
    world
}

#[test]
fn a_month_goes_to_a_bucket_is_verified_and_looked_into_there() {
    let (world, stand_in) = (over(), BucketStandIn::start().unwrap());
    let keys = format!("access_key_id = \"{KEY}\"\nsecret_access_key = \"{SECRET}\"\n");
    fs::write(world.folder().join("s3.toml"), keys).unwrap();
    let by_file = |arguments: &[&str]| {
        let to = ["--s3-endpoint", &stand_in.endpoint, "--s3-keys", "s3.toml", "--json"];
        tongguan_with(world.folder(), &[], &[arguments, &PLACE, &to].concat(), "")
    };
    let variables = [&KEYS[..], &[("AWS_ENDPOINT_URL", &*stand_in.endpoint)]].concat();
    let by_variables = |arguments: &[&str]| {
        tongguan_with(world.folder(), &variables, &[arguments, &PLACE, &["--json"]].concat(), "")
    };
    let months = ["archive", "months", "--data", ".", "--month", "2026-03"];

    let archived = by_file(&months);
    assert_eq!(archived.status, 0, "{}", archived.err);
    assert_eq!(archived.json()["months"][0]["archived"], true);
    let again = by_variables(&months).json();
    assert!(again["months"][0]["why"].as_str().unwrap().starts_with("is archived since"));
    let verified = by_variables(&["archive", "verify"]);
    assert_eq!((verified.status, &verified.json()["sound"]), (0, &true.into()));
    let order = sent().order.order_no.to_string();
    let found = by_file(&["archive", "find", &order]).json();
    assert_eq!(found["parcels"].as_array().unwrap().len(), 1, "{found}");
    let none = by_variables(&["archive", "find", "unknown"]);
    assert_eq!(none.status, 1, "{}", none.out);

    stand_in.with(|kept| {
        let name = "archive/customs/2026-03/lines.parquet";
        kept.objects.get_mut(name).unwrap()[40] ^= 1;
    });
    let changed = by_file(&["archive", "verify"]);
    assert_eq!((changed.status, &changed.json()["sound"]), (1, &false.into()));
}

#[test]
fn a_bucket_that_cannot_be_asked_is_told_with_what_to_do_and_without_the_key() {
    let (world, stand_in) = (over(), BucketStandIn::start().unwrap());
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let months = ["archive", "months", "--data", ".", "--month", "2026-03"];
        tongguan_with(world.folder(), variables, &[&months, arguments].concat(), "")
    };
    let endpoint = ["--s3-endpoint", &*stand_in.endpoint];
    let at = [&PLACE[..], &endpoint].concat();
    let refused = |run: Run, words: &str| {
        let told = format!("{}{}", run.out, run.err);
        assert!(run.status != 0 && told.contains(words), "{told}");
        for kept in [SECRET, "wrong-secret", "X-Amz"] {
            assert!(!told.contains(kept), "{told}");
        }
    };
    refused(run(&[], &at), "there is no AWS_ACCESS_KEY_ID: set it, or name a file");
    refused(run(&KEYS[..1], &at), "there is no AWS_SECRET_ACCESS_KEY");
    let wrong = [KEYS[0], ("AWS_SECRET_ACCESS_KEY", "wrong-secret")];
    refused(run(&wrong, &at), "403 (SignatureDoesNotMatch): check the key");
    let other = [&["--dir", "s3://other"][..], &endpoint].concat();
    refused(run(&KEYS, &other), "404 (NoSuchBucket): make the bucket");
    refused(run(&KEYS, &["--dir", "s3://a b"]), "is no place in a bucket");
    refused(
        run(&KEYS, &[&PLACE[..], &["--s3-endpoint", "http://s3.example"]].concat()),
        "https://",
    );
    refused(run(&KEYS, &[&at[..], &["--s3-region", "a b"]].concat()), "is no region");
    refused(run(&[], &[&["--dir", "archive"][..], &endpoint].concat()), "is a directory");
    let keys = world.folder().join("s3.toml");
    let by_file = [&at[..], &["--s3-keys", "s3.toml"]].concat();
    refused(run(&[], &by_file), "cannot read s3.toml");
    fs::write(&keys, format!("secret_access_key = {SECRET}")).unwrap();
    refused(run(&[], &by_file), "s3.toml does not hold access_key_id");
    assert!(stand_in.with(|kept| kept.objects.is_empty()));
    assert_eq!(run(&KEYS, &at).status, 0, "and nothing of that is in the way");
}
