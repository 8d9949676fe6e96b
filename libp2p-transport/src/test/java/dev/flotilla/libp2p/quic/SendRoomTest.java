package dev.flotilla.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendRoomTest {
    @Test
    void isKnownOfTheNettyThatThisIsBuiltWith() {
        assertThat(SendRoom.isKnown()).isTrue();
    }
}
