package dev.flotilla.interop;

import dev.flotilla.interop.Cell.Dialler;
import java.util.List;
import java.util.Optional;

/**
 * What cannot work because of the other side. It is tried all the same: a test fails when it has come to work, so that the
 * entry goes.
 *
 * @param reason with the other side's version
 * @param always false if it works now and then
 */
record KnownFailure(String reason, boolean always) {
    private static final List<Place> PLACES = List.of(
            new Place(
                    (cell, operation) -> isQuic(cell, Implementation.JS) && isReset(cell, operation, Dialler.WE_DIAL),
                    new KnownFailure(
                            "@chainsafe/libp2p-quic 2.1.1 takes a stream that we reset for one that has ended", true)),
            new Place(
                    (cell, operation) ->
                            isQuic(cell, Implementation.RUST) && isReset(cell, operation, Dialler.THEY_DIAL),
                    new KnownFailure(
                            "libp2p-quic 0.14.0 cannot reset a stream: one that is dropped ends like any other,"
                                    + " and we may be told in time that nobody reads it",
                            false)),
            new Place(
                    (cell, operation) -> isQuic(cell, Implementation.PY)
                            && cell.dialler() == Dialler.WE_DIAL
                            && operation == Operation.IDENTIFY,
                    new KnownFailure("py-libp2p 0.8.1 observes a TCP address at the end of a QUIC connection", true)),
            new Place(
                    (cell, operation) -> cell.implementation() == Implementation.PY
                            && cell.transport() == Transport.WEB_SOCKET
                            && cell.dialler() == Dialler.WE_DIAL
                            && operation == Operation.IDENTIFY,
                    new KnownFailure("py-libp2p 0.8.1 observes no address at the end of a WebSocket", true)),
            new Place(
                    (cell, operation) -> isQuic(cell, Implementation.PY) && cell.dialler() == Dialler.THEY_DIAL,
                    new KnownFailure(
                            "py-libp2p 0.8.1 opens 1,000 streams over a QUIC connection and never one more,"
                                    + " and loses what comes faster than it is read",
                            false)),
            new Place(
                    (cell, operation) -> isQuic(cell, Implementation.PY),
                    new KnownFailure(
                            "py-libp2p 0.8.1 loses what comes over QUIC faster than it is read, and now and then"
                                    + " answers on the connection no more",
                            false)));

    private interface Where {
        boolean includes(Cell cell, Operation operation);
    }

    private record Place(Where where, KnownFailure failure) {}

    private static boolean isQuic(Cell cell, Implementation implementation) {
        return cell.implementation() == implementation && cell.transport() == Transport.QUIC;
    }

    /** Whether we reset a stream and they see it, if {@code ours} dials; or the other way round. */
    private static boolean isReset(Cell cell, Operation operation, Dialler ours) {
        return operation == (cell.dialler() == ours ? Operation.RESET : Operation.BE_RESET);
    }

    static Optional<KnownFailure> of(Cell cell, Operation operation) {
        return PLACES.stream()
                .filter(place -> place.where.includes(cell, operation))
                .map(Place::failure)
                .findFirst();
    }
}
