package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.delimited.MalformedMessageException;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.libp2p.relay.pb.StopMessage;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the circuits that relays bring, from those at which this peer keeps a reservation (libp2p spec, relay, stop). */
final class StopHandler implements StreamHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StopHandler.class);
    private static final Duration REQUEST_MAX = Duration.ofSeconds(10);

    private final RelayTransport transport;

    StopHandler(RelayTransport transport) {
        this.transport = transport;
    }

    @Override
    public void onStream(Stream stream) {
        if (stream.connection().isRelayed() || !transport.isListeningAt(stream.remotePeerId())) {
            refuse(stream, Status.PERMISSION_DENIED);
            return;
        }
        CircuitMessages.readStop(stream, REQUEST_MAX).whenComplete((request, failure) -> {
            if (failure == null) {
                onRequest(stream, request);
            } else if (CircuitMessages.cause(failure) instanceof MalformedMessageException) {
                refuse(stream, Status.MALFORMED_MESSAGE);
            } else {
                stream.reset();
            }
        });
    }

    private void onRequest(Stream stream, StopMessage request) {
        PeerId source = CircuitMessages.peerId(request.getPeer()).orElse(null);
        if (!request.hasType() || source == null) {
            refuse(stream, Status.MALFORMED_MESSAGE);
        } else if (request.getType() != StopMessage.Type.CONNECT) {
            refuse(stream, Status.UNEXPECTED_MESSAGE);
        } else {
            DelimitedMessages.write(stream, CircuitMessages.stopStatus(Status.OK));
            transport
                    .accept(stream, source, CircuitMessages.isLimited(request.getLimit()))
                    .whenComplete((connection, failure) -> {
                        if (failure != null) {
                            LOG.debug("no connection of {} over {}: {}", source, stream, failure.getMessage());
                        }
                    });
        }
    }

    private static void refuse(Stream stream, Status status) {
        LOG.debug("refused a circuit of relay={}: {}", stream.remotePeerId(), status);
        DelimitedMessages.write(stream, CircuitMessages.stopStatus(status));
        stream.close();
    }
}
