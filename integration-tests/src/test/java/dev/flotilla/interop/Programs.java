package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * The peer programs of this run, each made once. Where a toolchain is missing the tests are skipped and say so, but on a
 * machine that sets {@code CI=true} they fail.
 */
final class Programs {
    private static final Map<Implementation, PeerProgram.Command> MADE = new EnumMap<>(Implementation.class);
    private static final Map<Implementation, String> MISSING = new EnumMap<>(Implementation.class);

    private Programs() {}

    /** The command that runs the program of {@code implementation}. */
    static synchronized PeerProgram.Command of(Implementation implementation) throws IOException, InterruptedException {
        String reason = MISSING.get(implementation);
        if (reason == null) {
            PeerProgram.Command made = MADE.get(implementation);
            if (made != null) {
                return made;
            }
            try {
                made = make(implementation);
                MADE.put(implementation, made);
                return made;
            } catch (MissingToolchainException e) {
                reason = "no interoperation with " + implementation.title() + " was tried: " + e.getMessage();
                MISSING.put(implementation, reason);
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            fail(reason);
        }
        return abort(reason);
    }

    private static PeerProgram.Command make(Implementation implementation)
            throws IOException, InterruptedException, MissingToolchainException {
        long start = System.nanoTime();
        PeerProgram.Command made = implementation.program().make();
        System.out.printf(
                "%s peer made in %d s%n", implementation.title(), (System.nanoTime() - start) / 1_000_000_000);
        return made;
    }
}
