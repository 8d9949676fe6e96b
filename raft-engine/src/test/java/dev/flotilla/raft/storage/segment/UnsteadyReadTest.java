package dev.flotilla.raft.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.Disk;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One read gives a wrong byte, and the next of the same place the right one. What is used is what was verified. */
class UnsteadyReadTest {
    private static final Path LOG = Path.of("/data/log");
    private static final int SEGMENT_BYTES = 16 << 10;
    private static final int FIRST = SegmentHeader.BYTES;
    private static final int LAST = FIRST + 400; // behind all that is written
    private static final GenesisId GROUP = MessageSamples.genesis(1);
    private static final HardState HARD_STATE = new HardState(7, MessageSamples.peer(1));

    private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private int reads; // of the first round, since the disk was opened
    private int wrongRead;
    private long wrongByte;

    /** The disk, of which read number {@code wrongRead} has a flipped bit at {@code wrongByte}. */
    private Disk unsteady() {
        return through(Disk.class, disk);
    }

    private <T> T through(Class<T> type, Object real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                Object result = method.invoke(real, args);
                if (result instanceof Disk.DiskFile file) {
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

    @Test
    void theHardStateIsTheRightOneOrNone() throws IOException {
        try (LogStorage storage = SegmentedLogStorage.open(disk, LOG, SEGMENT_BYTES, Runnable::run)) {
            storage.write(List.of(new GroupWrite.Append(
                    GROUP,
                    HARD_STATE,
                    List.of(MessageSamples.entry(7, 1, "entry"), MessageSamples.entry(7, 2, "entry")))));
        }
        int spoiled = 0;
        for (wrongByte = FIRST; wrongByte < LAST; wrongByte++) {
            for (wrongRead = 0; wrongRead < 4; wrongRead++) {
                reads = 0;
                spoiled += isRefused() ? 1 : 0;
            }
        }
        assertThat(spoiled).isPositive();
    }

    /** Whether the log does not open, or not the group; otherwise its hard state is what was written. */
    private boolean isRefused() {
        try (LogStorage storage = SegmentedLogStorage.open(unsteady(), LOG, SEGMENT_BYTES, Runnable::run)) {
            var group = storage.read(GROUP);
            if (group.isEmpty()) {
                return true;
            }
            assertThat(group.get().hardState())
                    .as("byte %d wrong in read %d", wrongByte, wrongRead)
                    .isEqualTo(HARD_STATE);
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
