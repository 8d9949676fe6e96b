package dev.flotilla.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static Ledger.State after(String... commands) {
        Ledger ledger = new Ledger();
        for (String command : commands) {
            ledger.apply(ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
        }
        return ledger.state();
    }

    @Test
    void theSameCommandsInTheSameOrderGiveTheSameState() {
        assertThat(after("one", "two", "three")).isEqualTo(after("one", "two", "three"));
        assertThat(after("one", "two", "three").count()).isEqualTo(3);
    }

    @Test
    void anotherOrderAnotherCommandOrOneTwiceIsSeen() {
        Ledger.State state = after("one", "two", "three");

        assertThat(after("two", "one", "three").checksum()).isNotEqualTo(state.checksum());
        assertThat(after("one", "too", "three").checksum()).isNotEqualTo(state.checksum());
        assertThat(after("one", "two", "three", "three").checksum()).isNotEqualTo(state.checksum());
    }

    @Test
    void arraysAndBuffersCountAlike() {
        Ledger ledger = new Ledger();
        ledger.apply("<one>".getBytes(StandardCharsets.UTF_8), 1, 3);

        assertThat(ledger.state()).isEqualTo(after("one"));
    }

    @Test
    void aStateThatWasWrittenIsReadBack() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        after("one", "two").writeTo(new DataOutputStream(out));
        Ledger ledger = new Ledger();
        ledger.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));

        assertThat(ledger.state()).isEqualTo(after("one", "two"));
        assertThat(out.size()).isEqualTo(Ledger.State.BYTES);
    }
}
