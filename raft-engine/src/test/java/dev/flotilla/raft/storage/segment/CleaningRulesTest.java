package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.segment.SmallSegments.BUSY;
import static dev.flotilla.raft.storage.segment.SmallSegments.LOG;
import static dev.flotilla.raft.storage.segment.SmallSegments.QUIET;
import static dev.flotilla.raft.storage.segment.SmallSegments.append;
import static dev.flotilla.raft.storage.segment.SmallSegments.churn;
import static dev.flotilla.raft.storage.segment.SmallSegments.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is moved when old segments are cleaned, how much at once, and what cannot be moved. */
class CleaningRulesTest {
    private static final int MOVED_BYTES_MIN = 4 << 10; // as in Cleaner

    private final SmallSegments log = new SmallSegments();
    private final SimulatedDisk disk = log.disk;

    private static void put(LogStorage storage, String key, String value) throws IOException {
        storage.write(List.of(new GroupWrite.Put("names", key, value.isEmpty() ? null : Bytes.utf8(value))));
    }

    /** Flips a bit so many bytes before where {@code text} stands first. */
    private void flipBefore(String text, int bytes) throws IOException {
        for (Path file : disk.files()) {
            int at = new String(log.content(file).array(), StandardCharsets.ISO_8859_1).indexOf(text);
            if (at >= 0) {
                disk.flip(file, (at - bytes) * 8L);
                return;
            }
        }
        throw new AssertionError("nowhere: " + text);
    }

    /** It would be newer than what took its place. */
    @Test
    void aValueThatWasReplacedOrRemovedDoesNotComeBack() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 1); // which has to be moved
            put(storage, "replaced", "old");
            put(storage, "removed", "old");
            append(storage, QUIET, 2, 200); // in another segment
            put(storage, "replaced", "new");
            put(storage, "removed", "");
            churn(storage, 1, 2000, () -> {
                assertThat(storage.get("names", "replaced")).isEqualTo(Bytes.utf8("new"));
                assertThat(storage.keys("names")).containsExactly("replaced");
            });
        }
        try (LogStorage storage = log.open()) {
            assertThat(storage.get("names", "replaced")).isEqualTo(Bytes.utf8("new"));
            assertThat(storage.keys("names")).containsExactly("replaced");
        }
    }

    /** A write waits for it. */
    @Test
    void noRoundMovesMuchMoreThanItWrites() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 100);
            churn(storage, 1, 2000);
        }
        int own = (int) RecordHead.recordBytes(entry(1000).sizeBytes()) + 2 * RecordHead.BYTES;
        long largest = 0;
        for (Path file : disk.files()) {
            if (file.getFileName().toString().endsWith(".seg")) {
                largest = Math.max(largest, largestRound(file));
            }
        }
        assertThat(largest).isBetween((long) own, MOVED_BYTES_MIN + 2L * own + RecordHead.BYTES);
    }

    private long largestRound(Path file) throws IOException {
        ByteBuffer content = log.content(file);
        long segment = Long.parseLong(file.getFileName().toString().replace(".seg", ""), 16);
        long largest = 0;
        int at = SegmentHeader.BYTES;
        while (at + RoundHead.BYTES <= content.capacity()) {
            RoundHead round = RoundHead.decode(content, at, new Place(segment, at));
            if (round == null) {
                return largest;
            }
            largest = Math.max(largest, round.bodyBytes());
            at += (int) round.roundBytes();
        }
        return largest;
    }

    /** Nor does it wait until a large segment of which nothing is live has been looked through. */
    @Test
    void noRoundReadsMuchMoreThanItWrites() throws IOException {
        int segmentBytes = 1 << 20;
        long most = 0;
        try (LogStorage storage = SegmentedLogStorage.open(disk, LOG, segmentBytes, Runnable::run)) {
            append(storage, QUIET, 1, 1);
            Path first = new SegmentNames(LOG).file(1);
            for (long index = 1; disk.files().contains(first); index += 100) {
                long before = disk.bytesRead();
                append(storage, BUSY, index, index + 99);
                most = Math.max(most, disk.bytesRead() - before);
                storage.write(List.of(new GroupWrite.Compact(BUSY, new EntryId(7, index + 99))));
            }
            assertThat(storage.entries(QUIET, 1, 2, 1 << 20)).containsExactly(entry(1));
        }
        assertThat(most).isBetween(1L, segmentBytes / 2L);
    }

    private void assertStops(LogStorage storage, String what) {
        ThrowingCallable churning = () -> churn(storage, 1, 2000);
        assertThatThrownBy(churning)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("file " + LOG)
                .hasMessageContaining(" offset ")
                .hasMessageContaining(what);
    }

    /** What is lost there may be needed: the segment stays as it is. */
    @Test
    void aValueThatIsDamagedIsNotPassedOver() throws IOException {
        try (LogStorage storage = log.open()) {
            put(storage, "a", "a value of the tables");
            flipBefore("a value of the tables", 0);
            assertStops(storage, "a value of the small tables is damaged");
        }
    }

    @Test
    void aHeadOfARecordThatIsDamagedIsNotPassedOver() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 1);
            flipBefore("entry 1 of", RecordHead.BYTES - 8);
            assertStops(storage, "the head of a record cannot be read");
        }
    }

    @Test
    void aHeadOfARoundThatIsDamagedIsNotPassedOver() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 1);
            flipBefore("entry 1 of", RecordHead.BYTES + RoundHead.BYTES - 8);
            assertStops(storage, "the head of a round cannot be read");
        }
    }

    /** What the log has no more, or what is in a snapshot, is damaged no more. */
    @Test
    void damageGoesWithItsEntries() throws IOException {
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 1, 9);
        }
        flipBefore("entry 2 of", 0);
        flipBefore("entry 5 of", 0);
        flipBefore("entry 8 of", 0);
        try (LogStorage storage = log.open()) {
            append(storage, QUIET, 7, 7);
            assertThat(storage.damage(QUIET).ranges())
                    .containsExactly(new LogDamage.Range(2, 2), new LogDamage.Range(5, 5));
            storage.write(List.of(new GroupWrite.Compact(QUIET, new EntryId(7, 2))));
            assertThat(storage.damage(QUIET).ranges()).containsExactly(new LogDamage.Range(5, 5));
        }
    }

    /** It was moved, or written anew, while it was read. */
    @Test
    void damageWhereAnEntryIsNoMoreIsNone() {
        GroupIndex group = new GroupIndex(new LiveBytes());
        RecordHead head =
                LogRecord.entry(RecordHead.Kind.ENTRY, QUIET, entry(1)).head(0);
        long before = new Place(1, 4096).packed();
        long now = new Place(2, 4096).packed();
        group.append(head, before, false);
        group.put(head, now, false);
        group.onDamaged(head, before);
        assertThat(group.damaged(1)).isNull();
        group.onDamaged(head, now);
        assertThat(group.damaged(1)).isEqualTo(entry(1).id());
    }
}
