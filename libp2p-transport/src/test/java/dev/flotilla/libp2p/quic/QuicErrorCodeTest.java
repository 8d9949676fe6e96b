package dev.flotilla.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuicErrorCodeTest {
    @Test
    void saysWhatTheCodesOfOthersMean() {
        assertThat(QuicErrorCode.describeConnection(0)).isEqualTo("no error");
        assertThat(QuicErrorCode.describeConnection(0x1000)).isEqualTo("protocol negotiation failed (0x1000)");
        assertThat(QuicErrorCode.describeConnection(0x1008)).isEqualTo("code out of range (0x1008)");
        assertThat(QuicErrorCode.describeConnection(0x1009)).isEqualTo("0x1009");
        assertThat(QuicErrorCode.describeStream(0x1000)).isEqualTo("0x1000");
        assertThat(QuicErrorCode.describeStream(0x1001)).isEqualTo("protocol negotiation failed (0x1001)");
        assertThat(QuicErrorCode.describeStream(0x1002)).isEqualTo("resource limit exceeded (0x1002)");
    }
}
