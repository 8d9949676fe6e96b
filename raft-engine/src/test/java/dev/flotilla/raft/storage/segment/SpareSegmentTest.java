package dev.flotilla.raft.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.storage.FileDisk;
import dev.flotilla.raft.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareSegmentTest {
    private static final int BYTES = 64 << 10;

    private final Path directory;
    private final List<Runnable> aside = new ArrayList<>();

    SpareSegmentTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private SpareSegment spare() {
        return new SpareSegment(new FileDisk(), new SegmentNames(directory), BYTES, aside::add);
    }

    @Test
    void thereIsOneOnceItIsMade() throws IOException {
        SpareSegment spare = spare();
        spare.prepare();
        spare.prepare();
        assertThat(aside).hasSize(1);
        assertThat(spare.take(BYTES)).as("while it is being made").isNull();
        aside.get(0).run();
        assertThat(spare.take(2 * BYTES)).as("for a round that needs more").isNull();
        Path taken = spare.take(BYTES);
        assertThat(taken).isNotNull().hasSize(BYTES);
        assertThat(Files.readAllBytes(taken)).containsOnly(0);
        assertThat(spare.take(BYTES)).isNull();
        spare.close();
        assertThat(taken).as("what was given away").exists();
    }

    /** The manifest promises it next: that must not be on the disk earlier. */
    @Test
    void aSegmentThatWasMadeIsThereWhateverThePowerDoes() throws IOException {
        SegmentNames names = new SegmentNames(Path.of("/data/log"));
        SegmentHeader header = new SegmentHeader(1, 2, BYTES, 1, 0, 1);
        for (int seed = 0; seed < 20; seed++) {
            SimulatedDisk disk = new SimulatedDisk(new Random(seed));
            Segment.create(disk, names, header, null);
            disk.restart(new Random(seed));
            assertThat(disk.files()).containsExactly(names.file(1));
            assertThat(disk.size(names.file(1))).isEqualTo(BYTES);
        }
    }

    @Test
    void whereThereIsNoSpaceNothingIsLeftAndNothingIsTriedAgain() throws IOException {
        SpareSegment spare =
                new SpareSegment(new FileDisk(), new SegmentNames(directory.resolve("missing")), BYTES, aside::add);
        spare.prepare();
        aside.get(0).run();
        assertThat(spare.take(BYTES)).isNull();
        spare.prepare();
        assertThat(aside).hasSize(1);
        spare.close();
    }

    @Test
    void whereThereIsNoThreadNobodyWaitsForIt() {
        SpareSegment spare = new SpareSegment(new FileDisk(), new SegmentNames(directory), BYTES, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        spare.prepare();
        assertThat(spare.take(BYTES)).isNull();
        spare.close();
    }

    @Test
    void whoClosesWaitsForWhoMakesItAndLeavesNoFile() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        SpareSegment spare = new SpareSegment(new FileDisk(), new SegmentNames(directory), BYTES, task -> {
            aside.add(task);
            begun.countDown();
        });
        spare.prepare();
        Thread closing = new Thread(spare::close);
        closing.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        aside.get(0).run();
        closing.join();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        spare.prepare();
        assertThat(aside).as("after the close").hasSize(1);
    }
}
