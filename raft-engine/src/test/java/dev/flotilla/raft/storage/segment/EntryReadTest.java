package dev.flotilla.raft.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is read where an entry was written. A disk that loses a write shows what lay there before: the record of a torn
 * round perhaps, which is intact and was written for that place.
 */
class EntryReadTest {
    private static final Path LOG = Path.of("/data/log");
    private static final Path SEGMENT = LOG.resolve("0000000000000001.seg");
    private static final int SEGMENT_BYTES = 16 << 10;
    private static final int READ_BYTES_MAX = 4 << 20; // as in EntryRead
    private static final GenesisId GROUP = MessageSamples.genesis(1);
    private static final GenesisId OTHER = MessageSamples.genesis(2);
    private static final HardState HARD_STATE = new HardState(7, MessageSamples.peer(1));

    private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private LogStorage storage;

    EntryReadTest() throws IOException {
        storage = open();
    }

    private LogStorage open() throws IOException {
        return SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES, Runnable::run);
    }

    private static Entry entry(long index) {
        return MessageSamples.entry(7, index, "entry " + index);
    }

    @BeforeEach
    void writeThree() throws IOException {
        storage.write(List.of(new GroupWrite.Append(GROUP, HARD_STATE, List.of(entry(1), entry(2), entry(3)))));
    }

    /** Where the record of that entry begins. */
    private static Place place(long index) {
        int offset = SegmentHeader.BYTES + RoundHead.BYTES;
        for (long before = 1; before < index; before++) {
            offset += (int) RecordHead.recordBytes(entry(before).payload().size());
        }
        return new Place(1, offset);
    }

    private static String describe(long index) {
        return "file " + SEGMENT + " offset " + place(index).offset();
    }

    /** Has the disk show the record of {@code entry} where that of {@code index} was written. */
    private void show(long index, GenesisId genesis, Entry entry) throws IOException {
        LogRecord record = LogRecord.entry(RecordHead.Kind.ENTRY, genesis, entry);
        ByteBuffer bytes = ByteBuffer.allocate((int) record.recordBytes());
        int sum = RecordHead.payloadSum(entry.payload().asByteBuffer());
        record.head(sum).encode(bytes, 0, place(index));
        bytes.put(RecordHead.BYTES, entry.payload().toByteArray());
        disk.open(SEGMENT).write(bytes, place(index).offset());
    }

    /** Nothing can be put back where nobody can tell what is lost, then. */
    private void assertEnds() {
        assertThatThrownBy(() -> storage.entries(GROUP, 1, 4, 1 << 20))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(DamagedLogException.class)
                .hasMessage("reading log " + LOG + " failed: the head of entry 2 of group " + GROUP
                        + " cannot be read: " + describe(2));
        assertThatThrownBy(() -> storage.read(GROUP))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("unusable since an earlier failure: reading log " + LOG);
    }

    @Test
    void aHeadThatCannotBeReadEndsTheStorage() {
        disk.flip(SEGMENT, place(2).offset() * 8L);
        assertEnds();
    }

    @Test
    void anotherGroupsEntryIsNotTakenForIt() throws IOException {
        show(2, OTHER, entry(2));
        assertEnds();
    }

    @Test
    void anotherEntryOfTheGroupIsNotTakenForIt() throws IOException {
        show(2, GROUP, entry(3));
        assertEnds();
    }

    /** A witness had it without its command, say, and was given that. */
    @Test
    void whatIsLargerThanWhatWasWrittenIsDamaged() throws IOException {
        show(3, GROUP, MessageSamples.entry(7, 3, "entry 3, as a round had it that was torn"));
        assertThat(storage.entries(GROUP, 1, 4, 1 << 20)).containsExactly(entry(1), entry(2));
        assertThatThrownBy(() -> storage.entries(GROUP, 3, 4, 1 << 20))
                .isInstanceOf(DamagedLogException.class)
                .hasMessage("entry 7/3 of group " + GROUP + " is damaged: " + describe(3));
    }

    /** The JDK copies each through memory outside the heap, and keeps that for the thread. */
    @Test
    void noReadIsLargerThanItsBound() throws IOException {
        List<Entry> large = new ArrayList<>();
        for (long index = 4; index < 4 + 5; index++) {
            byte[] payload = new byte[1 << 20];
            payload[0] = (byte) index;
            large.add(new Entry(new EntryId(7, index), Entry.Kind.COMMAND, Bytes.wrap(payload)));
        }
        storage.write(List.of(new GroupWrite.Append(GROUP, HARD_STATE, large)));
        assertThat(storage.entries(GROUP, 4, 9, Integer.MAX_VALUE)).isEqualTo(large);
        assertThat(disk.largestRead()).isBetween(READ_BYTES_MAX / 2, READ_BYTES_MAX);
    }
}
