package dev.flotilla.raft.faults;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simulator over a core with certain edits; without any it is the core as it is. */
final class SimulatorUnder {
    private final Method run;

    SimulatorUnder(List<Edit> edits) throws ReflectiveOperationException {
        run = Class.forName("dev.flotilla.raft.sim.SeedRun", true, new FaultyLoader(edits))
                .getMethod("run", long.class, PrintStream.class);
    }

    /** What went wrong in the run of {@code seed}; null if nothing did. */
    @Nullable
    Throwable run(long seed) throws ReflectiveOperationException {
        try {
            run.invoke(null, seed, null);
            return null;
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException || cause instanceof AssertionError) {
                return cause;
            }
            throw e;
        }
    }
}
