package dev.flotilla.interop;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What cannot work because of the other side, with its version and the reason. It is tried all the same: a test fails when
 * it has come to work, so that the entry goes.
 */
record KnownFailure(Predicate<Cell> cells, List<Operation> operations, String reason) {
    private static final List<KnownFailure> ALL = List.of();

    KnownFailure {
        operations = List.copyOf(operations);
    }

    static Optional<KnownFailure> of(Cell cell, Operation operation) {
        return ALL.stream()
                .filter(known -> known.operations.contains(operation) && known.cells.test(cell))
                .findFirst();
    }
}
