//! A clock that is set back or forth frees nobody who was held up and holds nobody up longer: windows are counted by
//! time that passes. Both are tried with the clock turned in either direction.

use renkei_app::House;
use renkei_app::card::CardReadOutcome;
use renkei_kernel::limits::{DENIALS_WINDOW_SECONDS, SIGN_IN_REFUSALS_PER_MINUTE_MAX};
use renkei_kernel::{Category, GrantId};
use renkei_testkit::{World, refused};

const TURNS: [i64; 2] = [3_600, -3_600];

fn turn(world: &World, seconds: i64) {
    world.clock.set(world.house.now().plus_seconds(seconds));
}

async fn guess_ten_times(world: &World) {
    let doctor = world.sign_in("dr-minato").await;
    for _ in 0..10 {
        assert!(matches!(world.touch(&doctor, "stranger").await, CardReadOutcome::Refused(_)));
    }
}

/// What the reader says to the doctor, who signs in anew (a turned clock ends sessions).
async fn asked(world: &World, house: &House) -> Result<(), &'static str> {
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    house.request_card_read(&doctor, reader).await.map(drop).map_err(|error| error.as_refusal().code)
}

/// R-8.2.4-ア: a reader that closed for ten minutes is closed for ten minutes, whatever the clock is set to.
#[tokio::test]
async fn a_turned_clock_neither_opens_a_closed_reader_nor_keeps_it_closed() {
    for seconds in TURNS {
        let world = World::new().await;
        guess_ten_times(&world).await;
        turn(&world, seconds);
        assert_eq!(asked(&world, &world.house).await, Err("reader_closed"), "turned by {seconds}");
        world.clock.advance_seconds(590);
        assert_eq!(asked(&world, &world.house).await, Err("reader_closed"), "turned by {seconds}");
        world.clock.advance_seconds(11);
        assert_eq!(asked(&world, &world.house).await, Ok(()), "turned by {seconds}");
    }
}

/// R-8.2.4-ア: a restart frees nobody; a clock that was set back while the program was away jails nobody.
#[tokio::test]
async fn a_reader_stays_closed_over_a_restart() {
    let world = World::new().await;
    guess_ten_times(&world).await;
    world.clock.advance_seconds(300);
    let again = world.restarted().await;
    assert_eq!(asked(&world, &again).await, Err("reader_closed"));
    world.clock.advance_seconds(301);
    assert_eq!(asked(&world, &again).await, Ok(()), "ten minutes after the guesses, not after the start");
    turn(&world, -3_600);
    let set_back = world.restarted().await;
    assert_eq!(asked(&world, &set_back).await, Ok(()), "refusals of the future count for nobody");
}

/// R-F1-3.3B-4: the ninth and the tenth refusal belong together while five minutes have not passed, and not afterwards.
#[tokio::test]
async fn a_turned_clock_neither_hides_nor_makes_misuse() {
    for seconds in TURNS {
        let world = World::new().await;
        let deny = async |times: u128| {
            let nurse = world.sign_in("nurse-tsubaki").await;
            for number in 0..times {
                let grant = GrantId(uuid::Uuid::from_u128(number));
                refused(world.house.view_patient(&nurse, grant, "summary").await);
            }
            world.house.misuse_alarms()
        };
        assert_eq!(deny(9).await, 0);
        turn(&world, seconds);
        assert_eq!(deny(1).await, 1, "turned by {seconds}");
        world.clock.advance_seconds(DENIALS_WINDOW_SECONDS);
        turn(&world, -DENIALS_WINDOW_SECONDS);
        assert_eq!(deny(9).await, 1, "these are five minutes younger, whatever the clock says");
        assert_eq!(deny(1).await, 2);
    }
}

/// R-X-04: a flood of refused sign-ins writes no more for a clock that is turned, and no less a minute later.
#[tokio::test]
async fn a_turned_clock_lets_no_flood_into_the_trail() {
    for seconds in TURNS {
        let world = World::new().await;
        let mut nobody = world.caller("dr-minato");
        nobody.chain = None;
        for _ in 0..=SIGN_IN_REFUSALS_PER_MINUTE_MAX {
            refused(world.house.sign_in(&nobody).await);
        }
        let written = world.count("auth.failure").await;
        turn(&world, seconds);
        let held = refused(world.house.sign_in(&nobody).await);
        assert_eq!((held.category, held.reference), (Category::TooMany, None), "turned by {seconds}");
        assert_eq!(world.count("auth.failure").await, written);
        world.clock.advance_seconds(60);
        assert_eq!(refused(world.house.sign_in(&nobody).await).code, "no_certificate");
    }
}

/// what must outlive a restart goes by the calendar on purpose, and a clock that is turned ends it: a
/// session, a visit of the day, a read that waits. Nobody is let in by it.
#[tokio::test]
async fn what_goes_by_the_calendar_ends_when_the_clock_is_turned() {
    for seconds in TURNS {
        let world = World::new().await;
        let (token, session) = world.sign_in_with_token("dr-minato").await;
        let reader = world.reader("minato-reception").await;
        let read = world.house.request_card_read(&session, reader).await.unwrap();
        turn(&world, seconds);
        let caller = world.caller("dr-minato");
        assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_err(), "turned by {seconds}");
        let outcome = world.house.card_read_outcome(&session, read).await.unwrap();
        assert!(matches!(outcome, CardReadOutcome::Refused(_)), "turned by {seconds}");
    }
}
