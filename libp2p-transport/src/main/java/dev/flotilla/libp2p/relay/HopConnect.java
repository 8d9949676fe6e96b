package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.relay.RelayCounters.Event;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.libp2p.relay.pb.StopMessage;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request for a circuit: checks it, calls the target by the stop protocol, and joins the two streams. */
final class HopConnect {
    private static final Logger LOG = LoggerFactory.getLogger(HopConnect.class);

    private final Host host;
    private final Stream hop;
    private final RelayLimits limits;
    private final RelayAcl acl;
    private final Reservations reservations;
    private final PeerQuota circuits;
    private final RelayCounters counters;

    /** @param hop the stream that the request came on */
    HopConnect(
            Host host,
            Stream hop,
            RelayLimits limits,
            RelayAcl acl,
            Reservations reservations,
            PeerQuota circuits,
            RelayCounters counters) {
        this.host = host;
        this.hop = hop;
        this.limits = limits;
        this.acl = acl;
        this.reservations = reservations;
        this.circuits = circuits;
        this.counters = counters;
    }

    /** The best connection to {@code peer} that is not itself relayed. */
    static Optional<Connection> directConnection(Host host, PeerId peer) {
        return host.connections(peer).stream()
                .filter(connection -> connection.isOpen() && !connection.isRelayed())
                .findFirst();
    }

    void run(HopMessage request) {
        PeerId target = CircuitMessages.peerId(request.getPeer()).orElse(null);
        if (target == null) {
            refuse(Status.MALFORMED_MESSAGE);
            return;
        }
        PeerId source = hop.remotePeerId();
        boolean permitted = !hop.connection().isRelayed()
                && !source.equals(target)
                && acl.allowConnect(source, hop.connection().remoteAddress(), target);
        Connection connection = directConnection(host, target).orElse(null);
        List<PeerId> ends = List.of(source, target);
        if (!permitted) {
            refuse(Status.PERMISSION_DENIED);
        } else if (connection == null || !reservations.has(target)) {
            refuse(Status.NO_RESERVATION);
        } else if (!circuits.enter(ends)) {
            refuse(Status.RESOURCE_LIMIT_EXCEEDED);
        } else {
            call(connection, ends);
        }
    }

    private void refuse(Status status) {
        counters.count(Event.CIRCUIT_REFUSED);
        LOG.debug("refused a circuit to peer={}: {}", hop.remotePeerId(), status);
        DelimitedMessages.write(hop, CircuitMessages.hopStatus(status));
        hop.close();
    }

    private void call(Connection connection, List<PeerId> ends) {
        connection.newStream(CircuitMessages.STOP).whenComplete((stop, failure) -> {
            if (failure != null) {
                fail(null, ends, String.valueOf(failure.getMessage()));
            } else {
                DelimitedMessages.write(stop, stopConnect());
                CircuitMessages.readStop(stop, limits.requestTimeout()).whenComplete((answer, silence) -> {
                    if (silence != null) {
                        fail(stop, ends, String.valueOf(silence.getMessage()));
                    } else if (answer.getType() != StopMessage.Type.STATUS || answer.getStatus() != Status.OK) {
                        fail(stop, ends, "it answered " + answer.getStatus());
                    } else {
                        join(stop, ends);
                    }
                });
            }
        });
    }

    private StopMessage stopConnect() {
        StopMessage.Builder message = StopMessage.newBuilder()
                .setType(StopMessage.Type.CONNECT)
                .setPeer(CircuitMessages.peer(hop.remotePeerId()));
        CircuitLimit limit = limits.circuitLimit();
        if (limit != null) {
            message.setLimit(limit.toMessage());
        }
        return message.build();
    }

    private void fail(@Nullable Stream stop, List<PeerId> ends, String reason) {
        circuits.leave(ends);
        LOG.debug("no circuit to peer={}: {}", ends.get(1), reason);
        if (stop != null) {
            stop.reset();
        }
        refuse(Status.CONNECTION_FAILED);
    }

    private void join(Stream stop, List<PeerId> ends) {
        HopMessage.Builder answer = CircuitMessages.hopStatus(Status.OK).toBuilder();
        CircuitLimit limit = limits.circuitLimit();
        if (limit != null) {
            answer.setLimit(limit.toMessage());
        }
        DelimitedMessages.write(hop, answer.build()); // before anything of the target's
        new Circuit(hop, stop, limit, counters).start().whenComplete((done, failure) -> circuits.leave(ends));
    }
}
