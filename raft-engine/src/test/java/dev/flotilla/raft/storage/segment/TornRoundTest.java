package dev.flotilla.raft.storage.segment;

import static dev.flotilla.raft.storage.RandomRounds.last;
import static dev.flotilla.raft.storage.segment.SegmentLife.LOG;
import static dev.flotilla.raft.storage.segment.SegmentLife.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.SimulatedDisk;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What counts as a round at the end of a log, and what as the rest of one. */
class TornRoundTest {
    /** Three rounds in one segment, not closed, and where they begin. */
    private static List<Integer> threeRounds(SimulatedDisk disk) throws IOException {
        LogStorage storage = open(disk);
        List<Integer> offsets = new ArrayList<>();
        int offset = SegmentHeader.BYTES;
        for (int number = 1; number <= 3; number++) {
            Bytes value = Bytes.utf8(Integer.toString(number));
            storage.write(List.of(new GroupWrite.Put("rounds", "last", value)));
            offsets.add(offset);
            offset += (int) head(disk, offset).roundBytes();
        }
        offsets.add(offset);
        return offsets;
    }

    private static RoundHead head(SimulatedDisk disk, int offset) throws IOException {
        return Objects.requireNonNull(RoundHead.decode(content(disk), offset, new Place(1, offset)));
    }

    private static ByteBuffer content(SimulatedDisk disk) throws IOException {
        Path file = disk.files().get(0);
        ByteBuffer content = ByteBuffer.allocate(disk.size(file));
        disk.open(file).read(content, 0);
        return content;
    }

    @Test
    void aDamagedHeadOfARoundIsTornOnlyInTheLastOne() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        Path file = disk.files().get(0);
        for (int round = 1; round <= 3; round++) {
            int at = offsets.get(round - 1);
            for (long bit = at * 8L; bit < (at + RoundHead.BYTES) * 8L; bit++) {
                SimulatedDisk damaged = disk.copy();
                damaged.flip(file, bit);
                if (round == 3) {
                    assertThat(last(open(damaged))).isEqualTo(2);
                } else {
                    assertThatThrownBy(() -> open(damaged))
                            .isInstanceOf(IOException.class)
                            .hasMessage("log " + LOG + " is damaged: file " + file + " offset " + at + ": round "
                                    + round + " cannot be read; round " + (round + 1) + " can");
                }
            }
        }
    }

    @Test
    void whatIsLeftOfATornRoundIsOverwrittenWithZeros() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        disk.flip(disk.files().get(0), offsets.get(2) * 8L);
        open(disk);
        ByteBuffer content = content(disk);
        for (int at = offsets.get(2); at < content.capacity(); at++) {
            assertThat(content.get(at)).as("offset %s", at).isZero();
        }
    }

    /** As in a file that was used before: intact, with the right number, but written for another place. */
    @Test
    void aRoundThatStandsWhereItWasNotWrittenIsNone() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        List<Integer> offsets = threeRounds(disk);
        int bytes = offsets.get(1) - offsets.get(0);
        RoundHead first = head(disk, offsets.get(0));
        ByteBuffer again = content(disk).slice(offsets.get(0), bytes);
        new RoundHead(4, first.bodyBytes(), first.records()).encode(again, 0, new Place(1, offsets.get(0)));
        disk.open(disk.files().get(0)).write(again, offsets.get(3));
        assertThat(last(open(disk))).isEqualTo(3);
    }
}
