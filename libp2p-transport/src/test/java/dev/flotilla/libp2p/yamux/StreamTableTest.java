package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamTableTest {
    @Test
    void theDialerOpensOddIdsAndTheListenerEvenOnes() {
        StreamTable dialer = new StreamTable(true);
        StreamTable listener = new StreamTable(false);
        assertThat(dialer.nextId()).isEqualTo(1);
        assertThat(dialer.nextId()).isEqualTo(3);
        assertThat(listener.nextId()).isEqualTo(2);
        assertThat(listener.nextId()).isEqualTo(4);
        assertThat(dialer.isOwn(5)).isTrue();
        assertThat(listener.isOwn(5)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"true, 4294967293, -3, -1", "false, 4294967292, -4, -2"})
    void idsRunOutAtTheLastOfThirtyTwoBits(boolean initiator, long first, int next, int last) {
        StreamTable streams = new StreamTable(initiator, first);
        assertThat(streams.nextId()).isEqualTo(next);
        assertThat(streams.nextId()).isEqualTo(last);
        assertThat(streams.isOwn(last)).isTrue();
        assertThat(streams.nextId()).isNull();
        assertThat(streams.nextId()).as("never again").isNull();
    }
}
