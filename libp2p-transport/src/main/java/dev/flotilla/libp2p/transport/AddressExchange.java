package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.libp2p.record.PeerRecord;
import dev.flotilla.libp2p.transport.TransportCounters.Event;
import dev.flotilla.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells peers that are wanted where the others are, by records that each has signed for itself, and asks them the same.
 * Who asks sends its records and ends its output; who is asked answers with its own record, and with those of the peers
 * that it wants if it wants the asker, too. Strangers learn nothing about others, and nothing is taken from them.
 *
 * <p>A record on the wire is its envelope behind its length as a varint. Control thread only, but for {@link #onStream}.
 */
final class AddressExchange implements StreamHandler {
    static final ProtocolId PROTOCOL = new ProtocolId("/flotilla/addresses/1.0.0");

    private static final Logger LOG = LoggerFactory.getLogger(AddressExchange.class);
    private static final Duration DELAY = Duration.ofMillis(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MESSAGE_BYTES_MAX = 256 << 10;
    private static final int RECORDS_MAX = 256;

    private final Host host;
    private final Addresses addresses;
    private final Redialer redialer;
    private final ConnectedPeers connected;
    private final ControlThread control;
    private final TransportCounters counters;
    private final KnownRecords records;
    private final Set<PeerId> due = new HashSet<>(); // to be asked soon
    private final Set<PeerId> asking = new HashSet<>();

    AddressExchange(
            Host host,
            Addresses addresses,
            Redialer redialer,
            ConnectedPeers connected,
            ControlThread control,
            TransportCounters counters) {
        this.host = host;
        this.addresses = addresses;
        this.redialer = redialer;
        this.connected = connected;
        this.control = control;
        this.counters = counters;
        this.records = new KnownRecords(host.identity(), System::currentTimeMillis);
    }

    /** The peers that are wanted have changed. */
    void wantedChanged() {
        records.retain(redialer.wanted());
        askAll();
    }

    /** Those who are connected are told: who asks sends its own record along. */
    void ownAddressesChanged() {
        askAll();
    }

    private void askAll() {
        connected.peers().forEach(this::ask);
    }

    /** Exchanges records with {@code peer} soon, if it is wanted. */
    void ask(PeerId peer) {
        if (redialer.isWanted(peer) && due.add(peer) && !asking.contains(peer)) {
            control.schedule(DELAY, () -> askNow(peer));
        }
    }

    private void askNow(PeerId peer) {
        due.remove(peer);
        if (!redialer.isWanted(peer) || !connected.isConnected(peer) || !asking.add(peer)) {
            return;
        }
        host.newStream(peer, PROTOCOL)
                .thenCompose(stream -> {
                    control.execute(() -> {
                        stream.write(message(true));
                        stream.finish();
                    });
                    return stream.readToEnd(MESSAGE_BYTES_MAX)
                            .orTimeout(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
                            .whenComplete((answer, failure) -> end(stream, failure == null));
                })
                .whenComplete((answer, failure) -> control.execute(() -> answered(peer, answer, failure)));
    }

    private void answered(PeerId peer, byte[] answer, Throwable failure) {
        asking.remove(peer);
        if (failure == null) {
            learn(peer, answer);
        } else {
            LOG.debug("no addresses from peer={}: {}", peer, Failures.message(failure));
        }
        if (due.remove(peer)) {
            ask(peer);
        }
    }

    private static void end(Stream stream, boolean inOrder) {
        if (inOrder) {
            stream.close();
        } else {
            stream.reset();
        }
    }

    @Override
    public void onStream(Stream stream) {
        control.execute(() -> {
            PeerId peer = stream.remotePeerId();
            if (!redialer.isWanted(peer)) {
                stream.write(message(false));
                stream.close();
                return;
            }
            stream.readToEnd(MESSAGE_BYTES_MAX)
                    .orTimeout(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
                    .whenComplete((question, failure) -> {
                        if (failure != null) {
                            stream.reset();
                        } else {
                            control.execute(() -> answer(stream, question));
                        }
                    });
        });
    }

    private void answer(Stream stream, byte[] question) {
        learn(stream.remotePeerId(), question);
        stream.write(message(redialer.isWanted(stream.remotePeerId())));
        stream.close();
    }

    /** @param full whether others' records go along */
    private byte[] message(boolean full) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.writeDelimited(out, records.own(ownAddresses()));
        List<byte[]> others = full ? records.of(redialer.wanted()) : List.of();
        for (byte[] envelope : others.subList(0, Math.min(others.size(), RECORDS_MAX - 1))) {
            if (out.size() + envelope.length + 4 <= MESSAGE_BYTES_MAX) {
                Varint.writeDelimited(out, envelope);
            }
        }
        return out.toByteArray();
    }

    /**
     * Those that mean this machine wherever they are dialled: records go from peer to peer, and who has one of another
     * machine's would look for it on its own. Peers on this machine hear of loopback by identify, and from a host that has
     * nothing else.
     */
    private List<Multiaddr> ownAddresses() {
        List<Multiaddr> all = host.reachableAddresses();
        List<Multiaddr> others =
                all.stream().filter(address -> !address.isLoopback()).toList();
        return others.isEmpty() ? all : others;
    }

    private void learn(PeerId from, byte[] message) {
        List<byte[]> envelopes = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        boolean isNews = false;
        try {
            while (in.hasRemaining() && envelopes.size() < RECORDS_MAX) {
                envelopes.add(Varint.readDelimited(in));
            }
        } catch (IllegalArgumentException e) {
            refuse(from, e);
        }
        for (byte[] envelope : envelopes) {
            isNews |= learnOne(from, envelope);
        }
        if (isNews) {
            connected.peers().stream().filter(peer -> !peer.equals(from)).forEach(this::ask);
        }
    }

    private boolean learnOne(PeerId from, byte[] envelope) {
        try {
            PeerRecord news = records.offer(envelope, redialer.wanted()).orElse(null);
            if (news == null) {
                return false;
            }
            LOG.debug("learned addresses of peer={} from={}: {}", news.peerId(), from, news.addresses());
            if (addresses.seen(news.peerId(), news.addresses())) {
                redialer.addressesChanged(news.peerId());
            }
            return true;
        } catch (IllegalArgumentException e) {
            refuse(from, e);
            return false;
        }
    }

    private void refuse(PeerId from, IllegalArgumentException reason) {
        counters.count(Event.RECORD_REFUSED);
        LOG.debug("refused a record from peer={}: {}", from, reason.getMessage());
    }
}
