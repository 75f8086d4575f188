//! Writes the storages of a fictional region and its register: `write_region DIR [PATIENTS]`. Without a number, the
//! demonstration's own. The register (`DIR/register.toml`) binds nobody; it is for imports that are measured.

use renkei_demo::{Region, Scale};
use renkei_kernel::{Clock, SystemClock, Timestamp};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or("where to?")?);
    let scale = match arguments.next() {
        Some(patients) => Scale::benchmark(patients.parse()?),
        None => Scale::DEMO,
    };
    let started = SystemClock.now();
    let region = Region::new(renkei_demo::region::DEMO_SEED, started);
    let summary = region.write_storages(&dir, &scale)?;
    let register = renkei_demo::region::register::register_toml(&region, &scale, &[], &[], &["127.0.0.0/8"]);
    std::fs::write(dir.join("register.toml"), register)?;
    let Timestamp(micros) = SystemClock.now();
    println!(
        "{} people, {} files, {} bytes, {} ms",
        summary.patients,
        summary.files,
        summary.bytes,
        (micros - started.micros()) / 1000
    );
    for institution in summary.institutions {
        println!(
            "{:>9} {:>5} charts {:>6} files  {}",
            institution.institution,
            institution.charts,
            institution.files,
            institution.root.display()
        );
    }
    Ok(())
}
