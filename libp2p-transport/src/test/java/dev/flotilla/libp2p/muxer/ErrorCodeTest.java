package dev.flotilla.libp2p.muxer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    @Test
    void saysWhatTheCodesOfOthersMean() {
        assertThat(ErrorCode.describeConnection(0)).isEqualTo("no error");
        assertThat(ErrorCode.describeConnection(0x1000)).isEqualTo("protocol negotiation failed (0x1000)");
        assertThat(ErrorCode.describeConnection(0x1008)).isEqualTo("code out of range (0x1008)");
        assertThat(ErrorCode.describeConnection(0x1009)).isEqualTo("0x1009");
        assertThat(ErrorCode.describeConnection(0xfff)).isEqualTo("0xfff");
        assertThat(ErrorCode.describeStream(0x1000)).isEqualTo("0x1000");
        assertThat(ErrorCode.describeStream(0x1001)).isEqualTo("protocol negotiation failed (0x1001)");
        assertThat(ErrorCode.describeStream(0x1002)).isEqualTo("resource limit exceeded (0x1002)");
    }

    @Test
    void hasTheNumbersOfTheSpecification() {
        assertThat(ErrorCode.NO_ERROR.ofConnection()).isZero();
        assertThat(ErrorCode.NO_ERROR.ofStream()).isZero();
        assertThat(ErrorCode.PROTOCOL_NEGOTIATION_FAILED.ofConnection()).isEqualTo(0x1000);
        assertThat(ErrorCode.GATED.ofConnection()).isEqualTo(0x1007);
        assertThat(ErrorCode.PROTOCOL_NEGOTIATION_FAILED.ofStream()).isEqualTo(0x1001);
        assertThat(ErrorCode.CODE_OUT_OF_RANGE.ofStream()).isEqualTo(0x1009);
    }
}
