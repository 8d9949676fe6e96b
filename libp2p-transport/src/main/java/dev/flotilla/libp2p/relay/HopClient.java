package dev.flotilla.libp2p.relay;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.MultiaddrProtocol;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.relay.pb.HopMessage;
import dev.flotilla.libp2p.relay.pb.ReservationPb;
import dev.flotilla.libp2p.relay.pb.Status;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks a relay, each time on a new stream, since rust-libp2p answers one request on each. */
final class HopClient {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
    private static final int ADDRESSES_MAX = 20;

    private HopClient() {}

    /**
     * A circuit that is open.
     *
     * @param stream carries the raw connection from the next byte on
     */
    record Opened(Stream stream, boolean limited) {}

    /** A place at the relay behind {@code connection} for {@code self}, or an {@link IOException} that says why not. */
    static CompletableFuture<Reservation> reserve(Connection connection, PeerId self) {
        HopMessage request =
                HopMessage.newBuilder().setType(HopMessage.Type.RESERVE).build();
        return ask(connection, request).thenCompose(answered -> {
            answered.stream().close();
            try {
                return CompletableFuture.completedFuture(granted(answered.message(), connection.remotePeerId(), self));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /** A circuit to {@code target}, or an {@link IOException} that says why there is none. */
    static CompletableFuture<Opened> connect(Connection connection, PeerId target) {
        HopMessage request = HopMessage.newBuilder()
                .setType(HopMessage.Type.CONNECT)
                .setPeer(CircuitMessages.peer(target))
                .build();
        return ask(connection, request)
                .thenApply(answered -> new Opened(
                        answered.stream(),
                        CircuitMessages.isLimited(answered.message().getLimit())));
    }

    private record Answered(Stream stream, HopMessage message) {}

    private static CompletableFuture<Answered> ask(Connection connection, HopMessage request) {
        return connection.newStream(CircuitMessages.HOP).thenCompose(stream -> {
            DelimitedMessages.write(stream, request);
            return CircuitMessages.readHop(stream, ANSWER_MAX)
                    .thenCompose(answer -> checked(connection, stream, answer))
                    .whenComplete((answered, failure) -> {
                        if (failure != null) {
                            stream.reset();
                        }
                    });
        });
    }

    private static CompletableFuture<Answered> checked(Connection connection, Stream stream, HopMessage answer) {
        if (answer.getType() == HopMessage.Type.STATUS && answer.getStatus() == Status.OK) {
            return CompletableFuture.completedFuture(new Answered(stream, answer));
        }
        String reason = answer.getType() == HopMessage.Type.STATUS
                ? CircuitMessages.inWords(answer.getStatus()) + " (" + answer.getStatus() + ")"
                : "it answered with " + answer.getType();
        return CompletableFuture.failedFuture(
                new IOException("the relay " + connection.remotePeerId() + " refused: " + reason));
    }

    static Reservation granted(HopMessage answer, PeerId relay, PeerId self) throws IOException {
        ReservationPb reservation = answer.getReservation();
        long secondsLeft = reservation.getExpire() - System.currentTimeMillis() / 1000;
        if (secondsLeft <= 0 || secondsLeft > Integer.MAX_VALUE) {
            throw new IOException("the relay " + relay + " granted a reservation that lasts " + secondsLeft
                    + " s: is one of the clocks wrong?");
        }
        if (!reservation.getVoucher().isEmpty()) {
            check(reservation.getVoucher(), relay, self);
        }
        List<Multiaddr> addresses = reservation.getAddrsList().stream()
                .limit(ADDRESSES_MAX)
                .flatMap(bytes -> address(bytes, relay).stream())
                .toList();
        return new Reservation(
                Duration.ofSeconds(secondsLeft), addresses, CircuitMessages.isLimited(answer.getLimit()));
    }

    private static void check(ByteString bytes, PeerId relay, PeerId self) throws IOException {
        try {
            ReservationVoucher voucher = ReservationVoucher.open(bytes.toByteArray());
            if (!voucher.relay().equals(relay) || !voucher.peer().equals(self)) {
                throw new IllegalArgumentException("it is of " + voucher.relay() + " for " + voucher.peer());
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("the voucher of the relay " + relay + " is not valid: " + e.getMessage(), e);
        }
    }

    /** Nothing for an address of a kind that is not known here, or of somebody else. */
    private static List<Multiaddr> address(ByteString bytes, PeerId relay) {
        try {
            Multiaddr address = Multiaddr.fromBytes(bytes.toByteArray());
            boolean usable = !address.has(MultiaddrProtocol.P2P_CIRCUIT)
                    && address.peerId().orElse(relay).equals(relay)
                    && !address.withoutPeerId().isEmpty();
            return usable ? List.of(address.withPeerId(relay)) : List.of();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}
