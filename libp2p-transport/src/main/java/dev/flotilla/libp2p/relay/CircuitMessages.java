package dev.flotilla.libp2p.relay;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.relay.pb.CircuitPeer;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.Limit;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.libp2p.relay.pb.StopMessage;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The messages of both protocols, each of at most 4,096 bytes behind its length, and what is often done with them. */
final class CircuitMessages {
    static final ProtocolId HOP = new ProtocolId("/libp2p/circuit/relay/0.2.0/hop");
    static final ProtocolId STOP = new ProtocolId("/libp2p/circuit/relay/0.2.0/stop");
    static final int BYTES_MAX = 4096;

    private CircuitMessages() {}

    static CompletableFuture<HopMessage> readHop(Stream stream, Duration timeout) {
        return DelimitedMessages.read(stream, HopMessage.parser(), BYTES_MAX)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    static CompletableFuture<StopMessage> readStop(Stream stream, Duration timeout) {
        return DelimitedMessages.read(stream, StopMessage.parser(), BYTES_MAX)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    static HopMessage hopStatus(Status status) {
        return HopMessage.newBuilder()
                .setType(HopMessage.Type.STATUS)
                .setStatus(status)
                .build();
    }

    static StopMessage stopStatus(Status status) {
        return StopMessage.newBuilder()
                .setType(StopMessage.Type.STATUS)
                .setStatus(status)
                .build();
    }

    static CircuitPeer peer(PeerId peer) {
        return CircuitPeer.newBuilder()
                .setId(ByteString.copyFrom(peer.toBytes()))
                .build();
    }

    /** Empty if the message names no peer, or what cannot be one. */
    static Optional<PeerId> peerId(CircuitPeer peer) {
        try {
            return Optional.of(PeerId.fromBytes(peer.getId().toByteArray()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether a limit that a relay told bounds anything; a zero is none (libp2p spec, relay). */
    static boolean isLimited(Limit limit) {
        return limit.getDuration() != 0 || limit.getData() != 0;
    }

    /** What {@code status} means, for messages to people. */
    static String inWords(Status status) {
        return switch (status) {
            case UNUSED -> "it gave no reason";
            case OK -> "ok";
            case RESERVATION_REFUSED -> "it has no room for another reservation";
            case RESOURCE_LIMIT_EXCEEDED -> "one of its limits is reached";
            case PERMISSION_DENIED -> "it does not serve this peer";
            case CONNECTION_FAILED -> "the other peer did not answer it";
            case NO_RESERVATION -> "the other peer has no reservation with it";
            case MALFORMED_MESSAGE -> "it did not understand the request";
            case UNEXPECTED_MESSAGE -> "it did not expect the request";
        };
    }

    static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException ? failure.getCause() : failure;
    }
}
