//! The swarm, and what it has told so far.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, future::Either};
use libp2p::{
    Multiaddr, PeerId, Swarm, Transport,
    core::{muxing::StreamMuxerBox, transport::Boxed, upgrade::Version},
    identify,
    identity::Keypair,
    noise, ping,
    pnet::PnetConfig,
    quic, relay,
    swarm::{self, ConnectionId, NetworkBehaviour, SwarmEvent, behaviour::toggle::Toggle},
    tcp, tls, websocket, yamux,
};
use tokio::{
    select,
    sync::{mpsc, watch},
};

use crate::{Options, Result, implementation, protocols::Served, streams};

const STREAMS_MAX: usize = 2000;
const PING_INTERVAL: Duration = Duration::from_millis(200); // pings cannot be asked for
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub streams: streams::Behaviour,
    relay: Toggle<relay::Behaviour>,
    relay_client: relay::client::Behaviour,
}

/// What the swarm has told so far.
#[derive(Default)]
pub struct State {
    pub listening: Vec<Multiaddr>,
    pub connected: HashSet<PeerId>,
    pub failed_dials: HashMap<ConnectionId, String>,
    pub identified: HashMap<PeerId, identify::Info>,
    /// How many pings have ended, and the last.
    pub pings: HashMap<PeerId, (u64, std::result::Result<Duration, String>)>,
    pub reservations: HashSet<PeerId>,
}

type Request = Box<dyn FnOnce(&mut Swarm<Behaviour>) + Send>;

/// The swarm, which runs as a task.
pub struct Network {
    requests: mpsc::Sender<Request>,
    state: watch::Receiver<State>,
}

impl Network {
    pub fn start(options: &Options, served: Arc<Served>) -> Result<Network> {
        let mut swarm = new_swarm(options, served)?;
        for name in &options.listen {
            swarm.listen_on(listen_address(name)?)?;
        }
        let (requests, mut asked) = mpsc::channel::<Request>(1);
        let (told, state) = watch::channel(State::default());
        let relays = options.relay;
        tokio::spawn(async move {
            loop {
                select! {
                    event = swarm.select_next_some() => {
                        if let (true, SwarmEvent::NewListenAddr { address, .. }) = (relays, &event) {
                            swarm.add_external_address(address.clone()); // else reservations name no address
                        }
                        told.send_modify(|state| state.note(event));
                    }
                    Some(request) = asked.recv() => request(&mut swarm),
                    else => break,
                }
            }
        });
        Ok(Network { requests, state })
    }

    /// What `request` gives when it is run with the swarm.
    pub async fn with<R: Send + 'static>(
        &self,
        request: impl FnOnce(&mut Swarm<Behaviour>) -> R + Send + 'static,
    ) -> Result<R> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let request: Request = Box::new(|swarm| drop(answer.send(request(swarm))));
        self.requests.send(request).await.map_err(|_| "the swarm has ended")?;
        Ok(answered.await?)
    }

    /// Waits until `look` finds something in the state.
    pub async fn wait_for<R>(&self, mut look: impl FnMut(&State) -> Option<R>) -> Result<R> {
        let mut state = self.state.clone();
        loop {
            if let Some(found) = look(&state.borrow_and_update()) {
                return Ok(found);
            }
            state.changed().await?;
        }
    }
}

impl State {
    fn note(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => self.listening.push(address),
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                self.connected.insert(peer_id);
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established: 0,
                ..
            } => {
                self.connected.remove(&peer_id);
                self.identified.remove(&peer_id);
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id, error, ..
            } => {
                self.failed_dials.insert(connection_id, format!("{error:?}"));
            }
            SwarmEvent::Behaviour(event) => self.note_behaviour(event),
            _ => {}
        }
    }

    fn note_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.identified.insert(peer_id, info);
            }
            BehaviourEvent::Ping(ping::Event { peer, result, .. }) => {
                let count = self.pings.get(&peer).map_or(0, |(count, _)| *count);
                self.pings
                    .insert(peer, (count + 1, result.map_err(|error| error.to_string())));
            }
            BehaviourEvent::RelayClient(relay::client::Event::ReservationReqAccepted { relay_peer_id, .. }) => {
                self.reservations.insert(relay_peer_id);
            }
            _ => {}
        }
    }
}

fn listen_address(name: &str) -> Result<Multiaddr> {
    Ok(match name {
        "tcp" => "/ip4/127.0.0.1/tcp/0",
        "ws" => "/ip4/127.0.0.1/tcp/0/ws",
        "quic-v1" => "/ip4/127.0.0.1/udp/0/quic-v1",
        _ => return Err(format!("unknown transport {name}").into()),
    }
    .parse()?)
}

fn new_swarm(options: &Options, served: Arc<Served>) -> Result<Swarm<Behaviour>> {
    let key = &options.key;
    let id = key.public().to_peer_id();
    let (relayed, relay_client) = relay::client::new(id);
    let identify = identify::Config::new("ipfs/0.1.0".into(), key.public()).with_agent_version(implementation());
    let behaviour = Behaviour {
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL)),
        streams: streams::Behaviour::new(served),
        relay: options
            .relay
            .then(|| relay::Behaviour::new(id, relay::Config::default()))
            .into(),
        relay_client,
    };
    let config = swarm::Config::with_tokio_executor().with_max_negotiating_inbound_streams(STREAMS_MAX);
    Ok(Swarm::new(transport(options, relayed)?, behaviour, id, config))
}

/// Relayed connections, WebSocket and TCP, with the private swarm's key if there is one; and QUIC if there is none.
fn transport(options: &Options, relayed: relay::client::Transport) -> Result<Boxed<(PeerId, StreamMuxerBox)>> {
    let tcp = || tcp::tokio::Transport::new(tcp::Config::default());
    let psk = options.psk;
    let direct = websocket::Config::new(tcp())
        .or_transport(tcp())
        .and_then(move |socket, _| async move {
            Ok::<_, io::Error>(match psk {
                Some(key) => Either::Left(PnetConfig::new(key).handshake(socket).await.map_err(io::Error::other)?),
                None => Either::Right(socket),
            })
        });
    let base = relayed.or_transport(direct);
    macro_rules! upgraded {
        ($security:expr) => {
            base.upgrade(Version::V1Lazy)
                .authenticate($security)
                .multiplex(muxer())
                .timeout(UPGRADE_TIMEOUT)
                .boxed()
        };
    }
    let streams = match options.security.as_str() {
        "noise" => upgraded!(noise::Config::new(&options.key)?),
        "tls" => upgraded!(tls::Config::new(&options.key)?),
        other => return Err(format!("unknown security protocol {other}").into()),
    };
    Ok(match psk {
        Some(_) => streams,
        None => streams
            .or_transport(datagrams(&options.key))
            .map(|either, _| either.into_inner())
            .boxed(),
    })
}

fn muxer() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(STREAMS_MAX);
    config
}

fn datagrams(key: &Keypair) -> Boxed<(PeerId, StreamMuxerBox)> {
    let mut config = quic::Config::new(key);
    config.max_concurrent_stream_limit = STREAMS_MAX as u32;
    quic::tokio::Transport::new(config)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)))
        .boxed()
}
