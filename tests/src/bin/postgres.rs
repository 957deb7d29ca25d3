//! A PostgreSQL server with real durability and one empty database, for measurements: prints its address, goes with standard input.

use std::io::Read;
use std::process::ExitCode;

use store::testing::cluster::{Cluster, Durability};

fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("yokogushi-bench-{}", std::process::id()));
    let cluster = match Cluster::start(&folder, Durability::Real) {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", cluster.url("postgres"));
    // Whoever started us closes our input when the measurement is over, however it ends.
    drop(std::io::stdin().read_to_end(&mut Vec::new()));
    let stopped = cluster.stop();
    drop(std::fs::remove_dir_all(&folder));
    if stopped { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
