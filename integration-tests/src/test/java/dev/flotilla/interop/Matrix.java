package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What worked with whom in this run: a table, printed when the last test has ended and left in
 * {@code target/interop/matrix.md}.
 */
final class Matrix implements BeforeAllCallback, AutoCloseable {
    private static final Matrix RUN = new Matrix();

    private final Map<String, Map<String, Tally>> rows = new LinkedHashMap<>();
    private final Map<String, String> versions = new TreeMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final long startNanos = System.nanoTime();

    /** What a test does. */
    interface Attempt {
        void run() throws Exception;
    }

    /** How the operations of one cell ended. */
    private static final class Tally {
        private int worked;
        private final List<String> failed = new ArrayList<>();
        private final Set<Integer> known = new LinkedHashSet<>();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Matrix.class))
                .computeIfAbsent("run", key -> RUN);
    }

    static void version(Implementation implementation, String version) {
        synchronized (RUN) {
            RUN.versions.put(implementation.title(), version);
        }
    }

    /** Tries {@code operation} in {@code cell}; one that is known to fail always must fail. */
    static void attempt(Cell cell, Operation operation, Attempt attempt) throws Exception {
        attempt(cell.row(), cell.implementation(), operation.title(), KnownFailure.of(cell, operation), attempt);
    }

    /** As the other, for what has a row of its own. */
    static void attempt(String row, Implementation column, String what, Optional<KnownFailure> known, Attempt attempt)
            throws Exception {
        known.ifPresent(failure -> RUN.known(row, column, failure.reason()));
        try {
            attempt.run();
        } catch (Exception | AssertionError e) {
            if (known.isEmpty()) {
                RUN.failed(row, column, what);
                throw e;
            }
            return;
        }
        RUN.worked(row, column);
        if (known.filter(KnownFailure::always).isPresent()) {
            throw new AssertionError(what + " works now with " + column.title() + ", which was known to fail: "
                    + known.get().reason());
        }
    }

    private Tally tally(String row, Implementation column) {
        return rows.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column.title(), name -> new Tally());
    }

    private synchronized void worked(String row, Implementation column) {
        tally(row, column).worked++;
    }

    private synchronized void failed(String row, Implementation column, String what) {
        tally(row, column).failed.add(what);
    }

    private synchronized void known(String row, Implementation column, String reason) {
        notes.add(reason);
        tally(row, column).known.add(new ArrayList<>(notes).indexOf(reason) + 1);
    }

    /** The table in Markdown, with what it was made with. */
    synchronized String text() {
        StringBuilder text = new StringBuilder("|");
        for (Implementation implementation : Implementation.values()) {
            text.append(" | ")
                    .append(versions.getOrDefault(implementation.title(), implementation.title() + ": not tried"));
        }
        text.append(" |\n| --- |")
                .append(" --- |".repeat(Implementation.values().length))
                .append('\n');
        rows.forEach((row, tallies) -> {
            text.append("| ").append(row);
            for (Implementation implementation : Implementation.values()) {
                text.append(" | ").append(mark(tallies.get(implementation.title())));
            }
            text.append(" |\n");
        });
        int number = 0;
        for (String note : notes) {
            text.append("\n").append(++number).append(". ").append(note);
        }
        return text.append('\n').toString();
    }

    private static String mark(@Nullable Tally tally) {
        if (tally == null) {
            return "–";
        }
        if (!tally.failed.isEmpty()) {
            return "FAILED: " + String.join(", ", tally.failed);
        }
        StringBuilder mark = new StringBuilder(tally.worked > 0 ? "✓" : "✗");
        tally.known.forEach(note -> mark.append(" (").append(note).append(')'));
        return mark.toString();
    }

    @Override
    public void close() throws IOException {
        String text = text();
        System.out.printf("%nInteroperation, in %d s:%n%n%s%n", (System.nanoTime() - startNanos) / 1_000_000_000, text);
        Files.createDirectories(PeerProgram.BUILT);
        Files.writeString(PeerProgram.BUILT.resolve("matrix.md"), text);
    }
}
