package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Multiaddr;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Our host and each other implementation, over each transport and security protocol, whoever dials. */
@Tag("interop")
@ExtendWith(Matrix.class)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.flotilla.interop.Cell#all")
class InteropIT {
    private static final int MIB = 1 << 20;

    private static @Nullable Pair pair;

    @Parameter
    private @Nullable Cell cell;

    @BeforeParameterizedClassInvocation
    static void start(Cell cell) throws Exception {
        pair = new Pair(cell);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (pair != null) {
            pair.close();
        }
    }

    private static Pair pair() {
        return Objects.requireNonNull(pair);
    }

    private static Side dialler() {
        return pair().dialler();
    }

    private static Side acceptor() {
        return pair().acceptor();
    }

    private static Multiaddr target() {
        return acceptor().addresses().get(0);
    }

    private void attempt(Operation operation, Matrix.Attempt attempt) throws Exception {
        Matrix.attempt(Objects.requireNonNull(cell), operation, attempt);
    }

    @Test
    void provesWhoItIs() throws Exception {
        attempt(Operation.HANDSHAKE, () -> {
            assertThat(dialler().connect(target())).isEqualTo(acceptor().peerId());
            Patience.until("our side is connected", () -> pair().connection().isPresent());
            Connection ours = pair().connection().orElseThrow();
            assertThat(ours.state().transport())
                    .isEqualTo(pair().cell().transport().argument());
            assertThat(ours.state().security()).contains(pair().cell().securedBy());
        });
    }

    @Test
    void bothSayWhoTheyAre() throws Exception {
        attempt(Operation.IDENTIFY, () -> {
            Side.Identity identity = dialler().identify(target());
            assertThat(identity.peerId()).isEqualTo(acceptor().peerId());
            assertThat(identity.protocols()).contains("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", "/echo/1.0.0");
            assertThat(identity.listenAddresses())
                    .containsExactly(target().withoutPeerId().toString());
            Patience.until(
                    "our side was told, too",
                    () -> pair().connection().flatMap(Connection::peerInfo).isPresent());
            Connection ours = pair().connection().orElseThrow();
            assertThat(ours.peerInfo().orElseThrow().agentVersion())
                    .contains(pair().cell().implementation().title());
            if (pair().cell().dialler() == Cell.Dialler.WE_DIAL) {
                assertThat(identity.observedAddress())
                        .isEqualTo(ours.localAddress().toString());
            } else {
                assertThat(identity.agentVersion()).isEqualTo(OurSide.AGENT);
                assertThat(identity.observedAddress())
                        .startsWith(ours.remoteAddress().toString());
            }
        });
    }

    @Test
    void pings() throws Exception {
        attempt(Operation.PING, () -> {
            dialler().ping(target());
            dialler().ping(target());
        });
    }

    @Test
    void echoesMuch() throws Exception {
        attempt(Operation.ECHO, () -> {
            int size = pair().cell().implementation().echoBytes();
            Side.Digests echoed = dialler().echo(target(), size);
            assertThat(echoed.bytes()).isEqualTo(size);
            assertThat(echoed.received()).isEqualTo(echoed.sent());
        });
    }

    @Test
    void opensAThousandStreamsInTurn() throws Exception {
        attempt(Operation.STREAMS_IN_TURN, () -> dialler().streams(target(), 1000, false));
    }

    @Test
    void opensAHundredStreamsAtOnce() throws Exception {
        attempt(Operation.STREAMS_AT_ONCE, () -> dialler().streams(target(), 100, true));
    }

    @Test
    void resetsAStreamInTheMidst() throws Exception {
        attempt(Operation.RESET, () -> {
            int before = acceptor().resets();
            dialler().reset(target());
            Patience.until("the other side sees the reset", () -> resets() > before);
            dialler().ping(target()); // the connection lives on
        });
    }

    private static int resets() {
        try {
            return acceptor().resets();
        } catch (Exception e) {
            throw new AssertionError("cannot ask for resets", e);
        }
    }

    @Test
    void seesTheOtherSidesReset() throws Exception {
        attempt(Operation.BE_RESET, () -> {
            assertThat(dialler().beReset(target())).isTrue();
            dialler().ping(target());
        });
    }

    @Test
    void readsOnAfterItsOwnEnd() throws Exception {
        attempt(Operation.HALF_CLOSE, () -> {
            Side.Digests told = dialler().halfClose(target(), MIB);
            assertThat(told.received()).isEqualTo(told.sent());
        });
    }

    /** Streams go both ways over one connection, whoever dialled it. */
    @Test
    void whoWasDialledOpensStreamsToo() throws Exception {
        attempt(Operation.OTHER_SIDE_OPENS, () -> {
            Multiaddr ours = dialler().addresses().get(0);
            dialler().connect(target());
            assertThat(acceptor().connect(ours)).isEqualTo(dialler().peerId());
            Side.Digests echoed = acceptor().echo(ours, MIB);
            assertThat(echoed.received()).isEqualTo(echoed.sent());
            assertThat(pair().ours().host().connections(pair().theirPeerId())).hasSize(1);
        });
    }

    @Test
    void endsTheConnection() throws Exception {
        attempt(Operation.DISCONNECT, () -> {
            try (Pair another = new Pair(pair().cell())) {
                another.dialler().connect(another.acceptor().addresses().get(0));
                Patience.until(
                        "our side is connected", () -> another.connection().isPresent());
                Connection ours = another.connection().orElseThrow();
                another.dialler().disconnect(another.acceptor().addresses().get(0));
                Patience.await(ours.closed());
            }
        });
    }

    @Test
    void noticesTheOtherSidesDeath() throws Exception {
        attempt(Operation.DEATH, () -> {
            try (Pair another = new Pair(pair().cell())) {
                another.dialler().connect(another.acceptor().addresses().get(0));
                Patience.until(
                        "our side is connected", () -> another.connection().isPresent());
                Connection ours = another.connection().orElseThrow();
                another.theirs().kill();
                Patience.await(ours.closed());
            }
        });
    }
}
