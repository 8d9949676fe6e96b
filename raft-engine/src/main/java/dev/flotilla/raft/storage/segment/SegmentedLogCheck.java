package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.LogFinding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a log of segments holds and what is wrong with it; nothing is changed.
 *
 * @param findings all damage
 * @param torn what a power loss left of a round that was never acknowledged
 */
public record SegmentedLogCheck(int groups, long entries, List<LogFinding> findings, Optional<LogFinding> torn) {
    /**
     * Reads all of the log in {@code directory}, which must be locked by this process.
     *
     * @throws IOException if it cannot be read, or is of a newer format
     */
    public static SegmentedLogCheck of(Disk disk, Path directory) throws IOException {
        Recovery recovery = Recovery.of(disk, new SegmentNames(directory));
        try {
            long entries = 0;
            for (GenesisId genesis : recovery.index().groups()) {
                GroupIndex group = recovery.index().group(genesis);
                entries += group == null ? 0 : group.entries.endIndex() - group.entries.firstIndex();
            }
            return new SegmentedLogCheck(
                    recovery.index().groups().size(),
                    entries,
                    recovery.everything(),
                    Optional.ofNullable(recovery.torn()));
        } finally {
            recovery.close();
        }
    }
}
