package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BallastTest {
    private static final Ballast BALLAST = new Ballast(100_000);

    private final Ledger ledger = new Ledger();

    private static byte[] written() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BALLAST.write(new Ledger.State(7, 42), out);
        return out.toByteArray();
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        byte[] written = written();
        BALLAST.read(ledger, new ByteArrayInputStream(written));

        assertThat(ledger.state()).isEqualTo(new Ledger.State(7, 42));
        assertThat(written).hasSize(100_000 + Ledger.State.BYTES);
    }

    @Test
    void whatIsDamagedOrCutShortIsSeen() throws IOException {
        byte[] written = written();
        byte[] damaged = written.clone();
        damaged[99_000]++;

        assertThatThrownBy(() -> BALLAST.read(ledger, new ByteArrayInputStream(damaged)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("from 65536 of 100000");
        assertThatThrownBy(() ->
                        BALLAST.read(ledger, new ByteArrayInputStream(Arrays.copyOf(written, written.length - 1))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aTransferIsToldWithItsShareOfAPlainCopy() {
        assertThat(new Swarm.Transferred(4, 12_000, 9_000, 1).describe(100_000_000))
                .isEqualTo("25.0 MB/s, 0.25 of the 100.0 MB/s of a plain copy; at the leader 9,000 writes/s meanwhile,"
                        + " 12,000 before");
        assertThat(new Swarm.Transferred(4, 12_000, 9_000, -1).describe(100_000_000))
                .isEqualTo("25.0 MB/s; at the leader 9,000 writes/s meanwhile, 12,000 before");
    }
}
