package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules of the spec that show only when frames meet (libp2p spec, yamux, opening and closing streams). */
@ExtendWith(NoLeaks.class)
class StreamRulesTest {
    private static final int WINDOW = YamuxConfig.INITIAL_WINDOW_BYTES;

    private final Wire wire = new Wire(YamuxConfig.defaults());

    @AfterEach
    void close() {
        wire.close();
    }

    @Test
    void theAcknowledgementGoesBeforeTheFirstByte() {
        wire.echo = true;
        wire.receive(Wire.syn(1), Wire.data(1, new byte[10]));
        assertThat(wire.sent())
                .containsExactly(new Frame(Frame.WINDOW_UPDATE, Frame.ACK, 1, 0), new Frame(Frame.DATA, 0, 1, 10));
    }

    @Test
    void theCodeOfAResetIsNoCredit() {
        wire.receive(Wire.syn(1));
        wire.accepted(0).send(new byte[WINDOW + 100]);
        wire.sent();
        wire.receive(Wire.frame(Frame.WINDOW_UPDATE, Frame.RST, 1, 50));
        assertThat(wire.sent()).isEmpty();
        assertThat(wire.accepted(0).inactive).isTrue();
    }

    @Test
    void givesNoCreditAfterThePeersEnd() { // some peers take it for an error
        wire.receive(Wire.syn(1));
        wire.accepted(0).stream().config().setAutoRead(false);
        wire.receive(Wire.data(1, new byte[WINDOW]), Wire.frame(Frame.DATA, Frame.FIN, 1, 0));
        wire.sent();
        wire.accepted(0).stream().config().setAutoRead(true);
        assertThat(wire.accepted(0).received.size()).isEqualTo(WINDOW);
        assertThat(wire.accepted(0).inputEnded).isTrue();
        assertThat(wire.sent(Frame.WINDOW_UPDATE, 1)).isEmpty();
    }

    @Test
    void goesOnGivingCreditAfterItsOwnEnd() { // else the peer could not finish
        wire.receive(Wire.syn(1));
        wire.accepted(0).stream().shutdownOutput();
        wire.sent();
        wire.receive(Wire.data(1, new byte[WINDOW]));
        assertThat(wire.sent(Frame.WINDOW_UPDATE, 1)).containsExactly(new Frame(Frame.WINDOW_UPDATE, 0, 1, WINDOW));
    }
}
