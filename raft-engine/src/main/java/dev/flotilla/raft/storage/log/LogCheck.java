package dev.flotilla.raft.storage.log;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.DataDirectory;
import dev.flotilla.raft.storage.FileDisk;
import dev.flotilla.raft.storage.LogFinding;
import dev.flotilla.raft.storage.LogKind;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.h2.H2LogStorage;
import dev.flotilla.raft.storage.segment.SegmentedLogCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a log and says what is wrong with it.
 *
 * @param problems each with file and offset, as far as the kind of the log can tell them; empty if nothing is wrong
 * @param remarks what is no damage, but will change when the log is opened: a torn last round
 */
public record LogCheck(LogKind kind, int groups, long entries, List<String> problems, List<String> remarks) {
    private static final int PIECE_BYTES = 1 << 20;

    /**
     * Checks the log of that directory. Segments are only read; H2 may write to its file.
     *
     * @throws IOException if it cannot be read at all
     */
    public static LogCheck of(DataDirectory data) throws IOException {
        return data.logKind() == LogKind.H2 ? h2(data.logFile()) : segments(data.logFile());
    }

    private static LogCheck segments(Path directory) throws IOException {
        SegmentedLogCheck check = SegmentedLogCheck.of(new FileDisk(), directory);
        return new LogCheck(
                LogKind.SEGMENTS,
                check.groups(),
                check.entries(),
                check.findings().stream().map(LogFinding::toString).toList(),
                check.torn().stream().map(LogFinding::toString).toList());
    }

    private static LogCheck h2(Path file) {
        List<String> problems = new ArrayList<>();
        int groups = 0;
        long entries = 0;
        try (LogStorage log = H2LogStorage.open(file)) {
            for (GenesisId genesis : log.groups()) {
                groups++;
                entries += readAll(log, genesis, problems);
            }
            for (String table : log.tables()) {
                for (String key : log.keys(table)) {
                    unlessDamaged(() -> log.get(table, key), problems);
                }
            }
        } catch (IOException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return new LogCheck(LogKind.H2, groups, entries, problems, List.of());
    }

    private interface Reading<T> {
        @Nullable
        T read() throws IOException;
    }

    /** What was read; null if there is none, or if it is damaged, which is a problem. */
    private static <T> @Nullable T unlessDamaged(Reading<T> reading, List<String> problems) throws IOException {
        try {
            return reading.read();
        } catch (DamagedLogException e) {
            problems.add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static long readAll(LogStorage log, GenesisId genesis, List<String> problems) throws IOException {
        StoredGroup group = unlessDamaged(() -> log.read(genesis).orElse(StoredGroup.EMPTY), problems);
        if (group == null) {
            return 0;
        }
        long index = group.base().index() + 1;
        while (index <= group.last().index()) {
            long from = index;
            List<Entry> piece = unlessDamaged(() -> log.entries(genesis, from, Long.MAX_VALUE, PIECE_BYTES), problems);
            if (piece != null && piece.isEmpty()) {
                throw new IOException("entry " + index + " of group " + genesis + " is not in the log");
            }
            index += piece == null ? 1 : piece.size();
        }
        return index - group.base().index() - 1;
    }
}
