//! A rust-libp2p peer for the interoperation tests. What it takes and answers stands in ../README.md.

mod commands;
mod measure;
mod network;
mod protocols;
mod streams;

use std::{env, fs};

use libp2p::{identity::Keypair, pnet::PreSharedKey};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What the arguments say.
pub struct Options {
    listen: Vec<String>,
    security: String,
    key: Keypair,
    psk: Option<PreSharedKey>,
    relay: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
        let mut options = Options {
            listen: vec!["tcp".into()],
            security: "noise".into(),
            key: Keypair::generate_ed25519(),
            psk: None,
            relay: false,
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} lacks its value"));
            match name.as_str() {
                "--listen" => options.listen = value()?.split(',').map(String::from).collect(),
                "--security" => options.security = value()?,
                "--key" => options.key = Keypair::from_protobuf_encoding(&fs::read(value()?)?)?,
                "--pnet" => options.psk = Some(fs::read_to_string(value()?)?.parse()?),
                "--relay" => options.relay = true,
                _ => return Err(format!("unknown argument {name}").into()),
            }
        }
        Ok(options)
    }
}

/// The version of rust-libp2p that the lock file names.
fn implementation() -> String {
    let lock = include_str!("../Cargo.lock");
    let version = lock
        .split_once("name = \"libp2p\"\nversion = \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("?", |(version, _)| version);
    format!("rust-libp2p v{version}")
}

#[tokio::main]
async fn main() -> Result<()> {
    let peer = commands::Peer::start(Options::parse(env::args().skip(1))?).await?;
    println!(
        "{}",
        json!({"implementation": implementation(), "peerId": peer.id(), "addresses": peer.addresses()})
    );
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let request: Value = serde_json::from_str(&line)?;
        println!(
            "{}",
            match peer.run(&request).await {
                Ok(answer) => json!({ "ok": answer }),
                Err(error) => json!({ "error": error.to_string() }),
            }
        );
    }
    Ok(())
}
