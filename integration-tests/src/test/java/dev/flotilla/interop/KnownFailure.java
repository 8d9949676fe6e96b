package dev.flotilla.interop;

import dev.flotilla.interop.Cell.Dialler;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What cannot work because of the other side. It is tried all the same: a test fails when it has come to work, so that the
 * entry goes.
 *
 * @param reason with the other side's version
 * @param always false if it works now and then
 */
record KnownFailure(String reason, boolean always) {
    private static final List<Place> PLACES = List.of(
            overQuic(
                    Implementation.JS,
                    Dialler.WE_DIAL,
                    new KnownFailure(
                            "@chainsafe/libp2p-quic 2.1.1 takes a stream that we reset for one that has ended", true)),
            overQuic(
                    Implementation.RUST,
                    Dialler.THEY_DIAL,
                    new KnownFailure(
                            "libp2p-quic 0.14.0 cannot reset a stream: one that is dropped ends like any other,"
                                    + " and we may be told in time that nobody reads it",
                            false)));

    private record Place(Predicate<Cell> cells, Function<Cell, Operation> operation, KnownFailure failure) {}

    /** A reset that the dialling side does and the other does not see, or the other way round. */
    private static Place overQuic(Implementation implementation, Dialler unseenIf, KnownFailure failure) {
        return new Place(
                cell -> cell.implementation() == implementation && cell.transport() == Transport.QUIC,
                cell -> cell.dialler() == unseenIf ? Operation.RESET : Operation.BE_RESET,
                failure);
    }

    static Optional<KnownFailure> of(Cell cell, Operation operation) {
        return PLACES.stream()
                .filter(place -> place.cells.test(cell) && place.operation.apply(cell) == operation)
                .map(Place::failure)
                .findFirst();
    }
}
