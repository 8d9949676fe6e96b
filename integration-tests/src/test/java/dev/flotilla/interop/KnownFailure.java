package dev.flotilla.interop;

import dev.flotilla.interop.Cell.Dialler;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What cannot work because of the other side, with its version and the reason. It is tried all the same: a test fails when
 * it has come to work, so that the entry goes.
 */
record KnownFailure(Predicate<Cell> cells, List<Operation> operations, String reason) {
    private static final List<KnownFailure> ALL = List.of(
            quicResetUnseenByJs(Dialler.WE_DIAL, Operation.RESET),
            quicResetUnseenByJs(Dialler.THEY_DIAL, Operation.BE_RESET));

    KnownFailure {
        operations = List.copyOf(operations);
    }

    private static KnownFailure quicResetUnseenByJs(Dialler dialler, Operation operation) {
        return new KnownFailure(
                cell -> cell.implementation() == Implementation.JS
                        && cell.transport() == Transport.QUIC
                        && cell.dialler() == dialler,
                List.of(operation),
                "@chainsafe/libp2p-quic 2.1.1 takes a stream that we reset for one that has ended");
    }

    static Optional<KnownFailure> of(Cell cell, Operation operation) {
        return ALL.stream()
                .filter(known -> known.operations.contains(operation) && known.cells.test(cell))
                .findFirst();
    }
}
