package dev.flotilla.libp2p.relay;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.ConnectionListener;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.delimited.MalformedMessageException;
import dev.flotilla.libp2p.relay.RelayCounters.Event;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.ReservationPb;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a host a relay (libp2p spec, relay, hop protocol): peers that {@link RelayAcl} lets may reserve a place, and
 * others may have circuits to those that did. For one host.
 */
public final class RelayService implements HostService {
    private static final Logger LOG = LoggerFactory.getLogger(RelayService.class);
    private static final int REQUESTS_MAX = 256; // being read at a time
    private static final int REQUESTS_PER_PEER_MAX = 16;
    private static final int ADDRESSES_MAX = 20;
    private static final String TAG = "relay reservation";
    private static final int WORTH = 10; // as in go-libp2p; others that are connected have nothing

    private final RelayLimits limits;
    private final RelayAcl acl;
    private final RelayCounters counters = new RelayCounters();
    private final PeerQuota requests = new PeerQuota(REQUESTS_MAX, REQUESTS_PER_PEER_MAX);
    private final PeerQuota circuits;
    private final Reservations reservations;

    public RelayService(RelayLimits limits, RelayAcl acl) {
        this.limits = limits;
        this.acl = acl;
        this.circuits = new PeerQuota(limits.circuitsMax(), limits.circuitsPerPeerMax());
        this.reservations = new Reservations(limits, System::nanoTime);
    }

    public RelayCounters counters() {
        return counters;
    }

    /** How many peers have a reservation. */
    public int reservations() {
        return reservations.size();
    }

    /** How many circuits there are, those that wait for the called peer's answer included. */
    public int circuits() {
        return circuits.total();
    }

    @Override
    public void attach(Host host) {
        host.handle(CircuitMessages.HOP, stream -> onStream(host, stream));
        host.addListener(new ConnectionListener() {
            @Override
            public void opened(Connection connection) {
                dropEnded(host); // before connections are trimmed by what they are worth
            }

            @Override
            public void closed(Connection connection, boolean closedByPeer) {
                forgetIfGone(host, connection.remotePeerId());
            }
        });
    }

    private void onStream(Host host, Stream stream) {
        List<PeerId> peer = List.of(stream.remotePeerId());
        if (!requests.enter(peer)) {
            counters.count(Event.REQUEST_REFUSED);
            stream.reset();
            return;
        }
        CircuitMessages.readHop(stream, limits.requestTimeout()).whenComplete((request, failure) -> {
            requests.leave(peer);
            if (failure == null) {
                onRequest(host, stream, request);
            } else if (CircuitMessages.cause(failure) instanceof MalformedMessageException) {
                refuse(stream, Status.MALFORMED_MESSAGE, Event.REQUEST_REFUSED);
            } else {
                counters.count(Event.REQUEST_REFUSED);
                stream.reset();
            }
        });
    }

    private void onRequest(Host host, Stream stream, HopMessage request) {
        if (!request.hasType()) {
            refuse(stream, Status.MALFORMED_MESSAGE, Event.REQUEST_REFUSED);
            return;
        }
        switch (request.getType()) {
            case RESERVE -> reserve(host, stream);
            case CONNECT -> new HopConnect(host, stream, limits, acl, reservations, circuits, counters).run(request);
            case STATUS -> refuse(stream, Status.UNEXPECTED_MESSAGE, Event.REQUEST_REFUSED);
        }
    }

    private void refuse(Stream stream, Status status, Event event) {
        counters.count(event);
        LOG.debug("refused a request of peer={}: {}", stream.remotePeerId(), status);
        DelimitedMessages.write(stream, CircuitMessages.hopStatus(status));
        stream.close();
    }

    private void reserve(Host host, Stream stream) {
        PeerId peer = stream.remotePeerId();
        Multiaddr address = stream.connection().remoteAddress();
        if (stream.connection().isRelayed() || !acl.allowReserve(peer, address)) {
            refuse(stream, Status.PERMISSION_DENIED, Event.RESERVATION_REFUSED);
            return;
        }
        HopMessage fresh = reservations.freshAnswer(peer, address).orElse(null);
        if (fresh != null) {
            counters.count(Event.RENEWED);
            tell(stream, fresh);
            return;
        }
        switch (enter(host, peer, address)) {
            case REFUSED -> {
                refuse(stream, Status.RESERVATION_REFUSED, Event.RESERVATION_REFUSED);
                return;
            }
            case RESERVED -> counters.count(Event.RESERVED);
            case RENEWED -> counters.count(Event.RENEWED);
        }
        HopMessage answer = granted(host, peer);
        reservations.answered(peer, answer);
        tell(stream, answer);
        forgetIfGone(host, peer); // its connection may have been closed meanwhile
    }

    private static void tell(Stream stream, HopMessage answer) {
        DelimitedMessages.write(stream, answer);
        stream.close();
    }

    /** A peer has the tag as long as the reservation. */
    private Reservations.Outcome enter(Host host, PeerId peer, Multiaddr address) {
        synchronized (reservations) {
            dropEnded(host);
            Reservations.Outcome outcome = reservations.reserve(peer, address);
            if (outcome != Reservations.Outcome.REFUSED) {
                host.peerTags().tag(peer, TAG, WORTH);
            }
            return outcome;
        }
    }

    private void dropEnded(Host host) {
        synchronized (reservations) {
            reservations.dropEnded().forEach(peer -> host.peerTags().untag(peer, TAG));
        }
    }

    private void forgetIfGone(Host host, PeerId peer) {
        if (HopConnect.directConnection(host, peer).isEmpty()) {
            synchronized (reservations) {
                reservations.remove(peer);
                host.peerTags().untag(peer, TAG);
            }
        }
    }

    private HopMessage granted(Host host, PeerId peer) {
        long expire =
                System.currentTimeMillis() / 1000 + limits.reservationTtl().toSeconds();
        ReservationPb.Builder reservation = ReservationPb.newBuilder()
                .setExpire(expire)
                .setVoucher(ByteString.copyFrom(new ReservationVoucher(host.peerId(), peer, expire)
                        .seal(host.identity())
                        .toBytes()));
        int room = CircuitMessages.BYTES_MAX - 128 - reservation.build().getSerializedSize();
        for (Multiaddr address : ownAddresses(host)) {
            byte[] bytes = address.toBytes();
            room -= bytes.length + 4;
            if (room >= 0) {
                reservation.addAddrs(ByteString.copyFrom(bytes));
            }
        }
        HopMessage.Builder answer =
                CircuitMessages.hopStatus(Status.OK).toBuilder().setReservation(reservation);
        CircuitLimit limit = limits.circuitLimit();
        if (limit != null) {
            answer.setLimit(limit.toMessage());
        }
        return answer.build();
    }

    /** Where the relay itself is reached; over another relay it serves nobody. */
    private static List<Multiaddr> ownAddresses(Host host) {
        return host.reachableAddresses().stream()
                .filter(address -> !address.has(MultiaddrProtocol.P2P_CIRCUIT))
                .limit(ADDRESSES_MAX)
                .map(address -> address.withPeerId(host.peerId()))
                .toList();
    }
}
