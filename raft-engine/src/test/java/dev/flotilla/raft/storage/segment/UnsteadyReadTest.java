package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.segment.SmallSegments.HARD_STATE;
import static dev.flotilla.raft.storage.segment.SmallSegments.LOG;
import static dev.flotilla.raft.storage.segment.SmallSegments.QUIET;
import static dev.flotilla.raft.storage.segment.SmallSegments.SEGMENT_BYTES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.LogStorage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One read gives a wrong byte, and the next of the same place the right one. What is used is what was verified. */
class UnsteadyReadTest {
    private static final Path SEGMENT = LOG.resolve("0000000000000001.seg");
    private static final int READS_MAX = 4; // of one place, while the log opens or is cleaned
    private static final int ENTRIES = 4;
    private static final int CLEANED = 600; // entries of another group, for which the first segment is given up

    private SmallSegments log = new SmallSegments();
    private int wrongRead;
    private long wrongByte;
    private int reads; // of the place of that byte, since the log was opened

    /** The log, on a disk of which read number {@code wrongRead} has a flipped bit at {@code wrongByte} of the first segment. */
    private LogStorage unsteady() throws IOException {
        reads = 0;
        Disk disk = through(Disk.class, log.disk);
        return SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES, Runnable::run);
    }

    private <T> T through(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                Object result = method.invoke(real, args);
                if (result instanceof Disk.DiskFile file && SEGMENT.equals(args[0])) {
                    return through(Disk.DiskFile.class, file);
                }
                if (method.getName().equals("read")) {
                    spoil((ByteBuffer) args[0], (long) args[1], (int) result);
                }
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private void spoil(ByteBuffer read, long position, int count) {
        if (position <= wrongByte && wrongByte < position + count && reads++ == wrongRead) {
            int at = read.position() - count + (int) (wrongByte - position);
            read.put(at, (byte) (read.get(at) ^ 1));
        }
    }

    private void writeEntries() throws IOException {
        try (LogStorage storage = log.open()) {
            SmallSegments.append(storage, QUIET, 1, ENTRIES);
        }
    }

    /** Where the written part of the first segment ends. */
    private int end() throws IOException {
        byte[] content = log.content(SEGMENT).array();
        int end = content.length;
        while (content[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void theHardStateIsTheRightOneOrNone() throws IOException {
        writeEntries();
        int refused = 0;
        int end = end();
        for (wrongByte = SegmentHeader.BYTES; wrongByte < end; wrongByte++) {
            for (wrongRead = 0; wrongRead < READS_MAX; wrongRead++) {
                refused += isRefused() ? 1 : 0;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Whether the log does not open, or not the group; otherwise its hard state is what was written. */
    private boolean isRefused() {
        try (LogStorage storage = unsteady()) {
            var group = storage.read(QUIET);
            if (group.isPresent()) {
                assertThat(group.get().hardState())
                        .as("byte %d wrong in read %d", wrongByte, wrongRead)
                        .isEqualTo(HARD_STATE);
            }
            return group.isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    /** With a new checksum a wrong byte would be there for good. */
    @Test
    void cleaningKeepsNoByteThatNobodyWrote() throws IOException {
        int lost = 0;
        for (wrongRead = 0; wrongRead < READS_MAX; wrongRead++) {
            log = new SmallSegments();
            writeEntries();
            wrongByte = placeOf(2);
            try (LogStorage storage = unsteady()) {
                SmallSegments.churn(storage, 1, CLEANED);
            }
            assertThat(log.disk.files()).doesNotContain(SEGMENT);
            try (LogStorage storage = log.open()) {
                for (long index = 1; index <= ENTRIES; index++) {
                    lost += isLost(storage, index) ? 1 : 0;
                }
            }
        }
        assertThat(lost).isBetween(1, READS_MAX);
    }

    private long placeOf(long index) throws IOException {
        String content = new String(log.content(SEGMENT).array(), ISO_8859_1);
        return content.indexOf(SmallSegments.entry(index).payload().utf8());
    }

    /** Whether that entry is reported as damaged; otherwise it is as it was written. */
    private boolean isLost(LogStorage storage, long index) throws IOException {
        try {
            List<Entry> read = storage.entries(QUIET, index, index + 1, 1 << 20);
            assertThat(read).as("read %d was wrong", wrongRead).containsExactly(SmallSegments.entry(index));
            return false;
        } catch (DamagedLogException e) {
            return true;
        }
    }
}
