//! Processes hear of each other's commits, where that is wanted.

use std::net::{SocketAddr, TcpListener};

use super::*;

#[test]
fn services_hear_at_once_what_the_other_commits_unless_that_is_turned_off() {
    // Where there is no server, that has been said loudly.
    let Some(on) = database() else { return };
    clear_by_two(&on.url, "", |service, other, heard| {
        let mut n = 0;
        wait_until("both to hear of the other", || {
            n += 1;
            clear(service, if n % 2 == 0 { &service.base } else { other }, n);
            heard().iter().all(|times| *times > 0)
        });
    });
    let Some(off) = database() else { return };
    clear_by_two(&off.url, "signals = false\n", |service, other, heard| {
        for n in 1..=4 {
            clear(service, if n % 2 == 0 { &service.base } else { other }, n);
        }
        let at = Moment::parse_wire("20260302095900").unwrap();
        let parcels: Vec<_> =
            (1..=4).map(|n| tongguan_testkit::parcels::parcel(n, at).unwrap()).collect();
        mailboxes_are_complete(service, &parcels);
        assert_eq!(heard(), [0, 0]);
    });
}

/// Two services with these settings, of which each tells how often it has heard something.
fn clear_by_two(url: &str, settings: &str, test: impl Fn(&Service, &str, &dyn Fn() -> [u64; 2])) {
    // Given back at once, for the services; two that ask get two.
    let free = || TcpListener::bind("127.0.0.1:0").unwrap();
    let [one, two] = [free(), free()].map(|listener| listener.local_addr().unwrap());
    let place = |_: &Path| ["--database".to_owned(), url.to_owned()];
    let settings = format!("{settings}[metrics]\nlisten = '{one}'\n");
    let service = Service::start(place, &settings);
    let file = service.folder.path().join("tongguan.toml");
    let written = fs::read_to_string(&file).unwrap();
    fs::write(&file, written.replace(&one.to_string(), &two.to_string())).unwrap();
    let mut other = Beside::serve(service.folder.path(), "stderr-other");
    wait_until("both to stand", || standing(&service).len() == 2);
    test(&service, &other.base(), &|| [one, two].map(|at| heard_by(&service, at)));
    other.end();
}

fn heard_by(service: &Service, at: SocketAddr) -> u64 {
    let mut told = service.agent.get(format!("http://{at}/metrics")).call().unwrap();
    let text = told.body_mut().read_to_string().unwrap();
    let times = text.lines().find_map(|line| line.strip_prefix("tongguan_signals_total "));
    times.map_or(0, |times| times.parse().unwrap())
}

fn clear(service: &Service, base: &str, n: u64) {
    for message in service.messages(n) {
        let request = service.agent.post(format!("{base}/ceb"));
        assert_eq!(told(request.send(message.as_bytes()).unwrap()).status, 200);
    }
}
