package dev.flotilla.libp2p.swarm;

import static dev.flotilla.libp2p.Hosts.await;
import static dev.flotilla.libp2p.Hosts.awaitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostCounters;
import dev.flotilla.libp2p.Hosts;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Way;
import dev.flotilla.libp2p.multistream.MultistreamInitiator;
import dev.flotilla.libp2p.multistream.MultistreamResponder;
import dev.flotilla.libp2p.noise.Noise;
import dev.flotilla.libp2p.security.SecurityHandler;
import dev.flotilla.libp2p.security.SecurityProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that cannot talk to each other are told why, with what each of them has. */
@ExtendWith(NoLeaks.class)
class NothingInCommonTest {
    /** Noise under another name. */
    private record Renamed(String protocolId) implements SecurityProtocol {
        @Override
        public SecurityHandler newHandler(Parameters parameters) {
            return new Noise().newHandler(parameters);
        }
    }

    private static Way with(SecurityProtocol... protocols) {
        return new Way(Way.DEFAULT.listen(), List.of(protocols), Way.DEFAULT.expected());
    }

    @Test
    void whoDialsIsToldThatThePeerHasNoneOfWhatWasOffered() {
        try (Hosts ones = new Hosts(with(new Renamed("/one"), new Renamed("/two")));
                Hosts others = new Hosts(with(new Noise()))) {
            Host one = ones.start();
            Host other = others.start();
            assertThatThrownBy(() -> await(one.connect(other.peerId(), other.listenAddresses())))
                    .hasMessageContaining("no security protocol was agreed on")
                    .hasMessageContaining("the peer answered 'na' to all that this side proposed: /one, /two");
            awaitUntil(
                    "the other side has seen it",
                    () -> other.counters().get(HostCounters.Event.INBOUND_HANDSHAKE_FAILED) == 1);
        }
    }

    @Test
    void whoIsDialledSaysWhatWasProposedAndWhatItHas() {
        EmbeddedChannel dialler =
                new EmbeddedChannel(new MultistreamInitiator(List.of("/one", "/two"), (ctx, agreed) -> {}));
        MultistreamResponder responder = new MultistreamResponder(List.of("/noise", "/tls"), (ctx, agreed) -> {});
        EmbeddedChannel dialled = new EmbeddedChannel(responder);
        for (int i = 0; i < 4; i++) {
            move(dialler, dialled);
            move(dialled, dialler);
        }
        assertThat(dialler.isOpen()).isFalse();
        dialled.finishAndReleaseAll();
        assertThatThrownBy(() -> responder.agreed().join())
                .hasMessageContaining("it proposed '/one', '/two', this side has /noise, /tls");
    }

    private static void move(EmbeddedChannel from, EmbeddedChannel to) {
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            if (to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
    }

    @Test
    void theDiallersOrderDecidesAmongWhatBothHave() {
        try (Hosts ones = new Hosts(with(new Renamed("/one"), new Renamed("/two"), new Renamed("/three")));
                Hosts others = new Hosts(with(new Renamed("/three"), new Renamed("/two")))) {
            Host one = ones.start();
            Host other = others.start();
            assertThat(Hosts.connect(one, other).state().security()).isEqualTo("/two");
        }
    }
}
