package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class DiskTest {
    @Test
    void countsWhatIsFlushedToIt() throws IOException {
        Path file = Path.of("target", "flushed"); // on a disk, where the directory for temporary files may be memory
        Disk disk = Disk.of(Path.of("target"));
        Disk.Work before = disk.work();
        assumeTrue(before.writtenBytes() > 0, "the device keeps no count");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            channel.write(ByteBuffer.allocate(1 << 20));
            channel.force(true);

            assertThat(disk.work().since(before).writtenBytes()).isGreaterThanOrEqualTo(1 << 20);
        }
    }
}
