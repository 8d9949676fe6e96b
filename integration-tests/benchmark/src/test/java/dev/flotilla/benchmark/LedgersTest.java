package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class LedgersTest {
    private static Ledger.State after(int... groups) {
        Ledgers ledgers = new Ledgers(3);
        for (int i = 0; i < groups.length; i++) {
            ledgers.of(groups[i]).apply(ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        return ledgers.state();
    }

    @Test
    void allGroupsCount() {
        assertThat(after(0, 2, 2).count()).isEqualTo(3);
        assertThat(after(0, 2, 2)).isEqualTo(after(0, 2, 2));
    }

    @Test
    void aCommandInAnotherGroupIsSeen() {
        assertThat(after(0, 2, 2).checksum()).isNotEqualTo(after(1, 2, 2).checksum());
    }

    @Test
    void oneGroupIsThatGroupsLedger() {
        Ledgers one = new Ledgers(1);
        one.of(0).apply(ByteBuffer.wrap(new byte[] {7}));

        assertThat(one.state()).isEqualTo(one.of(0).state());
    }
}
