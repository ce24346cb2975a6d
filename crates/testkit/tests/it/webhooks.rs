//! Webhooks: a mailbox pushed to receivers on this machine.

use std::sync::Arc;
use std::time::Duration;

use tongguan_application::history::{self, About, ChangeKind, Register};
use tongguan_application::mailboxes::{Distributor, Mailboxes};
use tongguan_application::ports::{Answer, Clock, NotSent};
use tongguan_application::webhooks::{
    self, Courier, NewWebhook, PAUSES, Rounds, Standing, Webhook, WebhookError, WebhookNumber,
};
use tongguan_domain::ids::DxpId;
use tongguan_domain::time::Moment;
use tongguan_gateways::webhook::{Rules, Sender};
use tongguan_storage::Writer;
use tongguan_storage::seal::Keyring;
use tongguan_testkit::receiver::{Came, Receiver};
use tongguan_testkit::world::{Beginning, World};

use crate::support::*;

on_both_engines! {
    letters_arrive_in_order_signed_and_once,
    a_letter_that_is_not_taken_is_tried_for_three_days_and_the_next_one_follows,
    what_failed_goes_on_where_it_stopped_after_a_new_start,
    only_the_messages_that_are_wanted_are_sent,
    a_replay_sends_the_same_events_again,
    a_receiver_that_is_gone_is_told_nothing_more,
    what_rests_is_told_later_and_what_was_removed_never,
    for_a_day_two_secrets_sign,
    a_test_is_sent_at_once_and_tells_what_came_of_it,
    a_receiver_that_never_answers_delays_nobody,
    receivers_that_fail_leave_room_for_those_that_do_well,
    two_processes_share_the_work_and_send_nothing_twice,
    a_hold_of_a_process_that_died_ends,
    the_one_process_of_a_database_need_not_wait_for_who_died,
}

/// A world with webhooks.
struct Hooked {
    world: World,
    keyring: Arc<Keyring>,
    sent: u64,
}

fn now_of(hooked: &Hooked) -> Moment {
    Clock::now(&*hooked.world.clock)
}

impl Hooked {
    fn on(on: On) -> Self {
        let world = World::with(on(Beginning::unsigned()));
        Self { world, keyring: Arc::new(Keyring::from_master(&[7; 32])), sent: 0 }
    }

    fn mailbox(&self) -> DxpId {
        DxpId::parse(self.world.cast.merchant.mailbox()).unwrap()
    }

    fn writer(&self) -> Writer {
        self.world.store.writer().unwrap()
    }

    /// Sends so many orders, each of which is answered in the mailbox.
    fn mail(&mut self, orders: u64) {
        for _ in 0..orders {
            self.sent += 1;
            self.world.send([&nth(self.sent).order_document()]);
        }
        Distributor::open(&self.world.store).unwrap().distribute().unwrap();
    }

    fn add(&self, receiver: &Receiver) -> (WebhookNumber, String) {
        self.add_for(receiver, &[])
    }

    fn add_for(&self, receiver: &Receiver, types: &[&str]) -> (WebhookNumber, String) {
        let new = NewWebhook {
            mailbox: self.mailbox(),
            url: receiver.url.clone(),
            message_types: types.iter().map(|&code| code.to_owned()).collect(),
            after: None,
        };
        let now = now_of(self);
        let (webhook, secret) =
            webhooks::add(&mut self.writer(), &self.keyring, &sender(), &new, &caused(), now)
                .unwrap();
        (webhook.number, secret)
    }

    /// As a process that has just begun.
    fn courier(&self) -> Courier {
        let mailboxes = Mailboxes::open(&self.world.store, self.keyring.clone(), true).unwrap();
        let (store, clock) = (&self.world.store, self.world.clock.clone());
        let keyring = self.keyring.clone();
        Courier::open(store, Arc::new(mailboxes), keyring, Arc::new(sender()), clock).unwrap()
    }

    fn webhook(&self, number: WebhookNumber) -> Webhook {
        self.world.store.read(|view| webhooks::find(view, number)).unwrap()
    }

    fn advance(&self, by: Duration) {
        self.world.clock.advance_millis(i64::try_from(by.as_millis()).unwrap());
    }
}

fn sender() -> Sender {
    let networks = vec!["127.0.0.1/32".parse().unwrap()];
    Sender::new(Rules { http: true, networks, ..Rules::default() }, Duration::from_secs(30))
}

/// The places that were told of, in order.
fn places(came: &[Came]) -> Vec<i64> {
    came.iter().map(|came| came.event()["data"]["n"].as_i64().unwrap()).collect()
}

fn letters_arrive_in_order_signed_and_once(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    hooked.mail(1);
    let (number, secret) = hooked.add(&receiver);
    assert_eq!(hooked.webhook(number).n, 1, "it begins behind what is there");
    hooked.mail(40);
    let courier = hooked.courier();
    assert_eq!(courier.deliver_due().unwrap(), 40);
    let came = receiver.came();
    assert_eq!(places(&came), (2..=41).collect::<Vec<_>>());

    let mailboxes = Mailboxes::open(&hooked.world.store, hooked.keyring.clone(), true).unwrap();
    let letters = mailboxes.letters(&hooked.mailbox(), Some(1), 100).unwrap();
    for (came, letter) in came.iter().zip(&letters) {
        let (event, message) = (came.event(), &letter.messages[0]);
        assert_eq!(came.header("content-type"), "application/cloudevents+json");
        assert_eq!(came.signatures_of(&secret), 1, "{came:?}");
        assert_eq!(event["id"], came.header("webhook-id"));
        assert_eq!(event["type"], "cn.tongguan.response.CEB312");
        assert_eq!(event["source"], format!("/mailbox/{}", hooked.mailbox()));
        assert_eq!(event["subject"], message.key);
        assert_eq!(event["data"]["xml"].as_str().unwrap().as_bytes(), message.xml);
    }
    let mut altered = came[0].clone();
    altered.body.push(b' ');
    assert_eq!(altered.signatures_of(&secret), 0);
    assert_eq!(courier.deliver_due().unwrap(), 0);
    assert_eq!(receiver.came().len(), 40, "once");
}

fn a_letter_that_is_not_taken_is_tried_for_three_days_and_the_next_one_follows(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(3);
    let courier = hooked.courier();
    receiver.answers([204]);
    receiver.answers(vec![500; PAUSES.len() + 1]);
    assert_eq!(courier.deliver_due().unwrap(), 1);
    assert_eq!(places(&receiver.came()), [1, 2]);
    for (attempts, pause) in (1..).zip(PAUSES) {
        let failing = hooked.webhook(number).failing.unwrap();
        assert_eq!((failing.attempts, failing.why.as_str()), (attempts, "answered 500"));
        hooked.advance(pause - Duration::from_millis(1));
        assert_eq!(courier.deliver_due().unwrap(), 0, "not before its time");
        assert_eq!(receiver.came().len(), 1 + usize::try_from(attempts).unwrap());
        hooked.advance(pause / 10 + Duration::from_millis(1));
        courier.deliver_due().unwrap();
    }
    let came = places(&receiver.came());
    assert_eq!(came[..11], [&[1][..], &[2; 10]].concat());
    assert_eq!(came[11..], [3], "the next one follows at once");
    assert_eq!((hooked.webhook(number).n, hooked.webhook(number).failing), (3, None));

    let dead = || hooked.world.store.read(|view| webhooks::dead_letters(view, number)).unwrap();
    let [letter] = &dead()[..] else { panic!("one letter is dead") };
    assert_eq!((letter.n, letter.attempts, letter.why.as_str()), (2, 10, "answered 500"));
    receiver.answers([503]);
    let sent = courier.send_dead_letter(number, 2, &caused()).unwrap();
    assert_eq!(sent[0].outcome, Ok(Answer { status: 503, body: String::new() }));
    assert_eq!(dead().len(), 1, "not taken, so still dead");
    let sent = courier.send_dead_letter(number, 2, &caused()).unwrap();
    assert_eq!(sent[0].outcome, Ok(Answer { status: 204, body: String::new() }));
    assert_eq!(dead(), []);
    let again = receiver.came().pop().unwrap();
    assert_eq!(again.header("webhook-id"), receiver.came()[1].header("webhook-id"));
    assert!(matches!(
        courier.send_dead_letter(number, 2, &caused()),
        Err(WebhookError::NothingThere(2))
    ));
}

fn what_failed_goes_on_where_it_stopped_after_a_new_start(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    hooked.add(&receiver);
    hooked.mail(5);
    receiver.answers([200, 200, 500]);
    hooked.courier().deliver_due().unwrap();
    hooked.mail(1);
    hooked.courier().deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 2, 3], "nothing overtakes what is tried again");
    hooked.advance(PAUSES[0] * 2);
    hooked.courier().deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 2, 3, 3, 4, 5, 6]);
}

fn only_the_messages_that_are_wanted_are_sent(on: On) {
    let mut hooked = Hooked::on(on);
    let [orders, bills] = [Receiver::start(), Receiver::start()];
    hooked.add_for(&orders, &["CEB312"]);
    let (number, _) = hooked.add_for(&bills, &["CEB816", "INV201"]);
    hooked.mail(2);
    hooked.courier().deliver_due().unwrap();
    assert_eq!(places(&orders.came()), [1, 2]);
    assert_eq!(bills.came(), []);
    assert_eq!(hooked.webhook(number).n, 2, "what it does not want is done with");
    let new = NewWebhook {
        mailbox: hooked.mailbox(),
        url: orders.url.clone(),
        message_types: vec!["CEB999".to_owned()],
        after: None,
    };
    let now = hooked.webhook(number).created_at;
    let refused =
        webhooks::add(&mut hooked.writer(), &hooked.keyring, &sender(), &new, &caused(), now);
    assert!(matches!(refused, Err(WebhookError::NoMessage(code)) if code == "CEB999"));
    let strict = Sender::new(Rules::default(), Duration::from_secs(1));
    let new = NewWebhook { message_types: Vec::new(), ..new };
    let refused =
        webhooks::add(&mut hooked.writer(), &hooked.keyring, &strict, &new, &caused(), now);
    assert!(matches!(refused, Err(WebhookError::NotAdmitted { .. })));
}

fn a_replay_sends_the_same_events_again(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(4);
    let courier = hooked.courier();
    courier.deliver_due().unwrap();
    webhooks::replay(&mut hooked.writer(), number, 2, &caused(), now_of(&hooked)).unwrap();
    courier.deliver_due().unwrap();
    let came = receiver.came();
    assert_eq!(places(&came), [1, 2, 3, 4, 3, 4]);
    assert_eq!(came[2].event(), came[4].event());
    for beyond in [-1, 5] {
        let refused =
            webhooks::replay(&mut hooked.writer(), number, beyond, &caused(), now_of(&hooked));
        assert!(matches!(refused, Err(WebhookError::NothingThere(n)) if n == beyond));
    }
}

fn a_receiver_that_is_gone_is_told_nothing_more(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(2);
    receiver.answers([204, 410]);
    let courier = hooked.courier();
    courier.deliver_due().unwrap();
    assert!(matches!(hooked.webhook(number).standing, Standing::Gone(_)));
    hooked.mail(1);
    hooked.advance(PAUSES[8] * 2);
    courier.deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 2]);
    webhooks::resume(&mut hooked.writer(), number, &caused(), now_of(&hooked)).unwrap();
    courier.deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 2, 2, 3], "nothing was lost");
}

fn what_rests_is_told_later_and_what_was_removed_never(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, _) = hooked.add(&receiver);
    let now = hooked.webhook(number).created_at;
    webhooks::pause(&mut hooked.writer(), number, &caused(), now).unwrap();
    hooked.mail(2);
    let courier = hooked.courier();
    courier.deliver_due().unwrap();
    assert_eq!(receiver.came(), []);
    webhooks::resume(&mut hooked.writer(), number, &caused(), now_of(&hooked)).unwrap();
    receiver.answers([204, 500]);
    courier.deliver_due().unwrap();
    webhooks::resume(&mut hooked.writer(), number, &caused(), now_of(&hooked)).unwrap();
    courier.deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 2, 2], "who resumes does not wait for the next time");
    webhooks::remove(&mut hooked.writer(), number, &caused(), now_of(&hooked)).unwrap();
    hooked.mail(1);
    courier.deliver_due().unwrap();
    assert_eq!(receiver.came().len(), 3);
    let told = hooked
        .world
        .store
        .read(|view| history::events(view, Register::Webhooks, About::Everything, None, 9));
    let kinds: Vec<_> = told.unwrap().iter().map(|event| event.entry.change).collect();
    assert_eq!(kinds.first(), Some(&ChangeKind::Ended), "the newest first");
    assert_eq!(kinds.last(), Some(&ChangeKind::Added));
    assert!(kinds.len() >= 4, "each change is told: {kinds:?}");
    let unknown = webhooks::pause(&mut hooked.writer(), number, &caused(), now);
    assert!(matches!(unknown, Err(WebhookError::Unknown(it)) if it == number));
}

fn for_a_day_two_secrets_sign(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, first) = hooked.add(&receiver);
    let courier = hooked.courier();
    let now = hooked.webhook(number).created_at;
    let (_, second) =
        webhooks::rotate(&mut hooked.writer(), &hooked.keyring, number, &caused(), now).unwrap();
    hooked.mail(1);
    courier.deliver_due().unwrap();
    hooked.advance(Duration::from_secs(24 * 3600));
    hooked.mail(1);
    courier.deliver_due().unwrap();
    let signed = |at: usize| {
        let came = &receiver.came()[at];
        [came.signatures_of(&first), came.signatures_of(&second)]
    };
    assert_eq!([signed(0), signed(1)], [[1, 1], [0, 1]]);
}

fn a_test_is_sent_at_once_and_tells_what_came_of_it(on: On) {
    let hooked = Hooked::on(on);
    let receiver = Receiver::start();
    let (number, secret) = hooked.add(&receiver);
    receiver.answers([418]);
    let sent = hooked.courier().test(number).unwrap();
    assert_eq!(sent.outcome.unwrap().status, 418);
    let came = receiver.came().pop().unwrap();
    assert_eq!(came.event()["type"], "cn.tongguan.webhook.test");
    assert_eq!(came.event()["data"]["webhook"], number.to_string());
    assert_eq!((came.signatures_of(&secret), came.header("webhook-id")), (1, sent.id.as_str()));
    assert_eq!(hooked.webhook(number).failing, None, "nothing is kept of it");
}

fn a_receiver_that_never_answers_delays_nobody(on: On) {
    let mut hooked = Hooked::on(on);
    let [silent, other] = [Receiver::silent(), Receiver::start()];
    let (number, _) = hooked.add(&silent);
    hooked.add(&other);
    let (tell, news) = crossbeam_channel::bounded(1);
    let rounds = Rounds::new(Arc::new(hooked.courier()), news, 2);
    let running = std::thread::spawn(move || rounds.run(&mut |heard| heard.unwrap()));
    for orders in 1..=5 {
        hooked.mail(orders);
        // Full: it is known already.
        let _ = tell.try_send(());
        silent.wait_for(1);
        other.wait_for(usize::try_from(orders * (orders + 1) / 2).unwrap());
    }
    assert_eq!(places(&other.came()), (1..=15).collect::<Vec<_>>());
    assert_eq!(places(&silent.came()), [1], "the first one is still waited for");
    // Nor does it keep the process from ending.
    drop(tell);
    running.join().unwrap();
    assert_eq!(hooked.webhook(number).n, 0, "it is sent again when the process is back");
}

fn receivers_that_fail_leave_room_for_those_that_do_well(on: On) {
    let mut hooked = Hooked::on(on);
    let [bad, good] = [Receiver::start(), Receiver::start()];
    for _ in 0..4 {
        hooked.add(&bad);
    }
    hooked.mail(1);
    bad.answers([500; 4]);
    hooked.courier().deliver_due().unwrap();
    bad.falls_silent();
    hooked.add(&good);
    hooked.advance(PAUSES[0] * 2);
    let (tell, news) = crossbeam_channel::bounded(1);
    let rounds = Rounds::new(Arc::new(hooked.courier()), news, 2);
    let running = std::thread::spawn(move || rounds.run(&mut |heard| heard.unwrap()));
    bad.wait_for(5);
    for orders in 1..=3 {
        hooked.mail(1);
        // Full: it is known already.
        let _ = tell.try_send(());
        good.wait_for(orders);
    }
    assert_eq!(bad.came().len(), 5, "the others wait, and not in front of it");
    drop(tell);
    running.join().unwrap();
}

fn two_processes_share_the_work_and_send_nothing_twice(on: On) {
    let mut hooked = Hooked::on(on);
    let receivers: Vec<_> = (0..6).map(|_| Receiver::start()).collect();
    for receiver in &receivers {
        hooked.add(receiver);
    }
    hooked.mail(50);
    let couriers = [hooked.courier(), hooked.courier()];
    std::thread::scope(|scope| {
        for courier in &couriers {
            scope.spawn(|| {
                // A turn of the other one may be under way: then nothing is due, and not all is done.
                while receivers.iter().any(|receiver| receiver.came().len() < 50) {
                    courier.deliver_due().unwrap();
                }
            });
        }
    });
    for receiver in receivers {
        assert_eq!(places(&receiver.came()), (1..=50).collect::<Vec<_>>());
    }
}

fn a_hold_of_a_process_that_died_ends(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::silent();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(1);
    let dying = Arc::new(hooked.courier());
    std::thread::spawn(move || dying.turn(number));
    receiver.wait_for(1);
    let next = hooked.courier();
    assert_eq!(next.due().unwrap(), [], "somebody delivers for it");
    hooked.advance(Duration::from_secs(60));
    receiver.wakes();
    next.deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 1], "what it did not finish is sent again");
    assert_eq!(hooked.webhook(number).n, 1);
}

fn the_one_process_of_a_database_need_not_wait_for_who_died(on: On) {
    let mut hooked = Hooked::on(on);
    let receiver = Receiver::silent();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(2);
    let dying = Arc::new(hooked.courier());
    std::thread::spawn(move || dying.turn(number));
    receiver.wait_for(1);
    receiver.wakes();
    let next = hooked.courier();
    next.free_all().unwrap();
    next.deliver_due().unwrap();
    assert_eq!(places(&receiver.came()), [1, 1, 2]);
}

#[test]
fn what_was_not_sent_says_why() {
    let mut hooked = Hooked::on(|beginning| beginning);
    let receiver = Receiver::start();
    let (number, _) = hooked.add(&receiver);
    hooked.mail(1);
    let strict = Sender::new(Rules { http: true, ..Rules::default() }, Duration::from_secs(1));
    let mailboxes = Mailboxes::open(&hooked.world.store, hooked.keyring.clone(), true).unwrap();
    let (store, clock) = (&hooked.world.store, hooked.world.clock.clone());
    let keyring = hooked.keyring.clone();
    let courier =
        Courier::open(store, Arc::new(mailboxes), keyring, Arc::new(strict), clock).unwrap();
    let sent: Result<Answer, NotSent> = courier.test(number).unwrap().outcome;
    let why = sent.unwrap_err().to_string();
    courier.deliver_due().unwrap();
    assert_eq!(hooked.webhook(number).failing.unwrap().why, why);
    assert_eq!(receiver.came(), [], "nothing left this machine");
}
