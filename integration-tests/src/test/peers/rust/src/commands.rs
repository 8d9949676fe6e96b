//! What can be asked for on standard input.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    multiaddr::Protocol,
    swarm::{DialError, dial_opts::DialOpts},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    Options, Result, measure,
    network::Network,
    protocols::{self, Served},
};

/// A command is given up after this time.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Peer {
    id: PeerId,
    addresses: Vec<Multiaddr>,
    served: Arc<Served>,
    network: Network,
}

impl Peer {
    pub async fn start(options: Options) -> Result<Peer> {
        let served = Arc::new(Served::default());
        let network = Network::start(&options, served.clone())?;
        let listening = |state: &crate::network::State| {
            (state.listening.len() >= options.listen.len()).then(|| state.listening.clone())
        };
        let id = options.key.public().to_peer_id();
        let addresses = network.wait_for(listening).await?;
        let addresses = addresses
            .into_iter()
            .map(|address| address.with(Protocol::P2p(id)))
            .collect();
        Ok(Peer {
            id,
            addresses,
            served,
            network,
        })
    }

    pub fn id(&self) -> String {
        self.id.to_string()
    }

    pub fn addresses(&self) -> Vec<String> {
        texts(&self.addresses)
    }

    pub async fn run(&self, request: &Value) -> Result<Value> {
        timeout(PATIENCE, self.run_for_ever(request)).await?
    }

    async fn run_for_ever(&self, request: &Value) -> Result<Value> {
        let command = request["command"].as_str().ok_or("no command")?;
        if command == "resets" {
            return Ok(json!({ "count": self.served.resets() }));
        }
        if command == "received" {
            return Ok(json!({ "count": self.served.received() }));
        }
        let address: Multiaddr = request["address"].as_str().ok_or("no address")?.parse()?;
        let number = |name| request[name].as_u64().unwrap_or(0) as usize;
        let peer = self.connect(&address).await?;
        match command {
            "connect" => Ok(json!({ "peerId": peer.to_string() })),
            "identify" => self.identify(peer).await,
            "ping" => self.ping(peer).await,
            "echo" => {
                let stream = self.open(peer, protocols::ECHO).await?;
                let (sent, received, bytes) = protocols::echo(stream, number("bytes")).await?;
                Ok(json!({ "sent": sent, "received": received, "bytes": bytes }))
            }
            "streams" => self.streams(peer, number("count"), request["parallel"] == true).await,
            "reset" => {
                protocols::reset_in_the_midst(self.open(peer, protocols::ECHO).await?).await?;
                Ok(json!({}))
            }
            "bereset" => {
                let reset = protocols::be_reset(self.open(peer, protocols::RESET).await?).await?;
                Ok(json!({ "reset": reset }))
            }
            "halfclose" => {
                let stream = self.open(peer, protocols::SHA256).await?;
                let (sent, received) = protocols::half_close(stream, number("bytes")).await?;
                Ok(json!({ "sent": sent, "received": received }))
            }
            "disconnect" => self.disconnect(peer).await,
            "handshakes" => self.handshakes(&address, peer, number("count")).await,
            "upload" => self.upload(peer, number("bytes"), number("count")).await,
            "trips" => {
                let stream = self.open(peer, protocols::ECHO).await?;
                Ok(json!({ "micros": measure::trips(stream, number("count")).await? }))
            }
            "reserve" => self.reserve(address, peer).await,
            _ => Err(format!("unknown command {command}").into()),
        }
    }

    /// Dials unless it is connected; gives the peer that the handshake proved, which is the one that the address names.
    async fn connect(&self, address: &Multiaddr) -> Result<PeerId> {
        let Some(Protocol::P2p(peer)) = address.iter().last() else {
            return Err(format!("{address} names no peer").into());
        };
        let dial = DialOpts::peer_id(peer).addresses(vec![address.clone()]).build();
        let id = dial.connection_id();
        let dialled = self.network.with(move |swarm| match swarm.is_connected(&peer) {
            true => Ok(false),
            false => swarm.dial(dial).map(|()| true),
        });
        match dialled.await? {
            Ok(false) | Err(DialError::DialPeerConditionFalse(_)) => return Ok(peer),
            dialled => dialled?,
        };
        let dialled = self.network.wait_for(|state| match state.failed_dials.get(&id) {
            Some(reason) => Some(Err(reason.clone())),
            None => state.connected.contains(&peer).then_some(Ok(peer)),
        });
        Ok(dialled.await??)
    }

    async fn identify(&self, peer: PeerId) -> Result<Value> {
        let info = self
            .network
            .wait_for(|state| state.identified.get(&peer).cloned())
            .await?;
        Ok(json!({
            "peerId": info.public_key.to_peer_id().to_string(),
            "agentVersion": info.agent_version,
            "protocolVersion": info.protocol_version,
            "protocols": texts(&info.protocols),
            "listenAddrs": texts(&info.listen_addrs),
            "observedAddr": info.observed_addr.to_string(),
            "signedPeerRecord": info.signed_peer_record.is_some(),
        }))
    }

    /// Waits for the next ping, which the behaviour does by itself.
    async fn ping(&self, peer: PeerId) -> Result<Value> {
        let count = |state: &crate::network::State| state.pings.get(&peer).map_or(0, |(count, _)| *count);
        let before = self.network.wait_for(|state| Some(count(state))).await?;
        let next = self
            .network
            .wait_for(|state| (count(state) > before).then(|| state.pings[&peer].1.clone()));
        let round_trip = next.await??;
        Ok(json!({ "micros": round_trip.as_micros() as u64 }))
    }

    async fn open(&self, peer: PeerId, protocol: StreamProtocol) -> Result<Stream> {
        let opening = self
            .network
            .with(move |swarm| swarm.behaviour_mut().streams.open(peer, protocol))
            .await?;
        Ok(opening.await.map_err(|_| "the connection has ended")??)
    }

    /// Opens streams one after another or all before the first says anything; each has 64 bytes echoed.
    async fn streams(&self, peer: PeerId, count: usize, parallel: bool) -> Result<Value> {
        if parallel {
            let opened = try_join_all((0..count).map(|_| self.open(peer, protocols::ECHO))).await?;
            try_join_all(opened.into_iter().map(protocols::echo_once)).await?;
        } else {
            for _ in 0..count {
                protocols::echo_once(self.open(peer, protocols::ECHO).await?).await?;
            }
        }
        Ok(json!({ "count": count }))
    }

    async fn disconnect(&self, peer: PeerId) -> Result<Value> {
        self.network
            .with(move |swarm| swarm.disconnect_peer_id(peer))
            .await?
            .map_err(|()| "not connected")?;
        self.network
            .wait_for(|state| (!state.connected.contains(&peer)).then_some(()))
            .await?;
        Ok(json!({}))
    }

    /// Disconnects and connects again, one after another.
    async fn handshakes(&self, address: &Multiaddr, peer: PeerId, count: usize) -> Result<Value> {
        let begin = Instant::now();
        for _ in 0..count {
            self.disconnect(peer).await?;
            self.connect(address).await?;
        }
        Ok(json!({ "micros": begin.elapsed().as_micros() as u64 }))
    }

    /// Sends that many bytes over each stream at once, until the other side has read all.
    async fn upload(&self, peer: PeerId, bytes: usize, streams: usize) -> Result<Value> {
        let begin = Instant::now();
        let uploads = (0..streams).map(|_| async {
            let stream = self.open(peer, protocols::PERF).await?;
            measure::upload(stream, bytes).await
        });
        try_join_all(uploads).await?;
        Ok(json!({ "micros": begin.elapsed().as_micros() as u64 }))
    }

    async fn reserve(&self, address: Multiaddr, relay: PeerId) -> Result<Value> {
        let relayed = address.with(Protocol::P2pCircuit);
        let listened = relayed.clone();
        self.network.with(move |swarm| swarm.listen_on(listened)).await??;
        self.network
            .wait_for(|state| state.reservations.contains(&relay).then_some(()))
            .await?;
        Ok(json!({ "addresses": texts(&[relayed.with(Protocol::P2p(self.id))]) }))
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
