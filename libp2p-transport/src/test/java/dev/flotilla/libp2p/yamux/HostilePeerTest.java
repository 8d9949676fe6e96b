package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that abuses what the protocol allows: memory stays bounded, and its other streams go on. */
@ExtendWith(NoLeaks.class)
class HostilePeerTest {
    private static final int WINDOW = YamuxConfig.INITIAL_WINDOW_BYTES;
    private static final int QUIET = 1; // the id of a stream that behaves

    /** A session with one well-behaved stream. */
    private static Wire wire(YamuxConfig config) {
        Wire wire = new Wire(config);
        wire.receive(Wire.syn(QUIET));
        wire.accepted(0).echo = true;
        wire.sent();
        return wire;
    }

    /** The well-behaved stream is served as if nothing had happened. */
    private static void assertUndisturbed(Wire wire) {
        int before = wire.accepted(0).received.size();
        wire.sent();
        wire.receive(Wire.data(QUIET, new byte[100]));
        assertThat(wire.channel.isOpen()).isTrue();
        assertThat(wire.accepted(0).received.size()).isEqualTo(before + 100);
        assertThat(wire.sent()).containsExactly(new Frame(Frame.DATA, 0, QUIET, 100));
    }

    private static ByteBuf[] frames(List<ByteBuf> frames) {
        return frames.toArray(ByteBuf[]::new);
    }

    @Test
    void streamsThatAreNeverReadHoldNoMoreThanTheBoundOfTheConnection() {
        int bound = 8 * WINDOW;
        try (Wire wire = wire(YamuxConfig.defaults().withMemory(WINDOW, bound, 1 << 20))) {
            for (int id = 3; id < 103; id += 2) {
                wire.receive(Wire.syn(id));
                wire.accepted.get(wire.accepted.size() - 1).stream().config().setAutoRead(false);
                for (int i = 0; i < 16; i++) {
                    wire.receive(Wire.data(id, new byte[WINDOW / 16]));
                    assertThat(wire.handler.session().unread().bytes()).isLessThanOrEqualTo(bound);
                }
            }
            List<StreamRecorder> open =
                    wire.accepted.stream().filter(s -> s.stream().isOpen()).toList();
            assertThat(open).as("the others were reset").hasSizeBetween(5, 10);
            assertThat(wire.accepted.stream().filter(s -> !s.stream().isOpen()))
                    .allSatisfy(s -> assertThat(s.stream().closeCause()).hasMessageContaining("wait unread"));
            assertThat(wire.handler.streamCount()).isEqualTo(open.size());
            assertUndisturbed(wire);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 2049, 4097})
    void unreadBytesTakeNoMoreMemoryForComingInSmallPieces(int piece) {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            wire.receive(Wire.syn(3));
            wire.accepted(1).stream().config().setAutoRead(false);
            int frames = Math.min(WINDOW / piece, 5000) - 1;
            for (int i = 0; i < frames; i++) {
                wire.receive(Wire.data(3, new byte[piece]));
            }
            assertThat(wire.handler.session().unread().bytes())
                    .isBetween((long) (frames - 1) * piece - 4096, (long) frames * piece + 2 * 4096);
            assertUndisturbed(wire);
        }
    }

    @Test
    void aPeerThatAsksAndNeverReadsIsCutOff() {
        // pongs that the socket does not take pile up only so far
        try (Wire wire = new Wire(YamuxConfig.defaults(), new StuckSocket())) {
            ByteBuf pings = Unpooled.buffer();
            for (int i = 0; i < 20_000; i++) {
                pings.writeBytes(Wire.ping(i));
            }
            wire.receive(pings);
            assertThat(wire.channel.isOpen()).isFalse();
            assertThat(wire.failure.failure)
                    .isInstanceOf(YamuxException.class)
                    .hasMessageContaining("10000 answers wait");
        }
    }

    @Test
    void aFloodOfPingsIsAnsweredOneByOne() {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            List<ByteBuf> pings = new ArrayList<>();
            for (int i = 0; i < 30_000; i++) {
                pings.add(Wire.ping(i));
            }
            wire.receive(frames(pings));
            assertThat(wire.sent()).hasSize(30_000).allMatch(frame -> frame.flags() == Frame.ACK);
            assertUndisturbed(wire);
        }
    }

    @Test
    void streamsThatAreOpenedAndResetAtOnceLeaveNothingBehind() {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            for (int round = 0; round < 10; round++) {
                List<ByteBuf> flood = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    int id = 3 + 2 * (1000 * round + i);
                    flood.add(Wire.syn(id));
                    flood.add(Wire.reset(id));
                }
                wire.receive(frames(flood));
                assertThat(wire.handler.streamCount()).isEqualTo(1);
            }
            assertThat(wire.handler.session().opener().budget().granted()).isEqualTo(WINDOW);
            assertUndisturbed(wire);
        }
    }

    @Test
    void manyStreamsAtOnceAreNotTakenForAFlood() {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            List<ByteBuf> syns = new ArrayList<>();
            for (int i = 0; i < 900; i++) {
                syns.add(Wire.syn(3 + 2 * i));
            }
            wire.receive(frames(syns));
            assertThat(wire.sent()).hasSize(900).allMatch(frame -> frame.flags() == Frame.ACK);
            assertThat(wire.handler.streamCount()).isEqualTo(901);
        }
    }

    @Test
    void streamsThatCannotBeAcknowledgedAreRefused() {
        try (Wire wire = new Wire(YamuxConfig.defaults(), new StuckSocket())) {
            List<ByteBuf> syns = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                syns.add(Wire.syn(3 + 2 * i));
            }
            wire.receive(frames(syns));
            assertThat(wire.accepted).hasSize(256);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0x7fff_ffffL, 0xffff_ffffL})
    void creditOfAnySizeAndNumberIsTaken(long credit) {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            wire.receive(Wire.syn(3));
            StreamRecorder stream = wire.accepted(1);
            stream.send(new byte[300_000]);
            for (int i = 0; i < 1000; i++) {
                wire.receive(Wire.credit(3, credit));
            }
            long sent =
                    wire.sent(Frame.DATA, 3).stream().mapToLong(Frame::length).sum();
            assertThat(sent).isEqualTo(Math.min(300_000, WINDOW + 1000 * credit));
            assertUndisturbed(wire);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {WINDOW + 1, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL})
    void aGiantLengthEndsTheSessionBeforeAnythingIsKept(long length) {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            wire.receive(Wire.syn(3), Wire.frame(Frame.DATA, 0, 3, length));
            assertThat(wire.channel.isOpen()).isFalse();
            assertThat(wire.sent()).endsWith(new Frame(Frame.GO_AWAY, 0, 0, 1));
            assertThat(wire.failure.failure).hasMessageContaining(Long.toString(length));
            assertThat(wire.handler.session().unread().bytes()).isZero();
        }
    }

    @Test
    void payloadForStreamsThatAreGoneIsFreedAsItComes() {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            for (int i = 0; i < 100; i++) {
                wire.receive(Wire.data(5 + 2 * i, new byte[WINDOW]));
            }
            assertThat(wire.handler.session().unread().bytes()).isZero();
            assertThat(wire.handler.streamCount()).isEqualTo(1);
            assertUndisturbed(wire);
        }
    }

    @Test
    void afterTheFirstGoAwayNothingIsHeard() {
        try (Wire wire = wire(YamuxConfig.defaults())) {
            List<ByteBuf> storm = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                storm.add(Wire.frame(Frame.GO_AWAY, 0, 0, i % 4));
                storm.add(Wire.syn(3 + 2 * i));
                storm.add(Wire.ping(i));
            }
            wire.receive(frames(storm));
            assertThat(wire.sent()).isEmpty();
            assertThat(wire.channel.isOpen()).isFalse();
            assertThat(wire.accepted).hasSize(1);
            assertThat(wire.accepted(0).stream().closeCause()).hasMessageContaining("with code 0");
            assertThat(wire.handler.isEndedByPeer()).isTrue();
        }
    }

    /** Who heeds isWritable never has a write refused, whoever else writes. */
    @Test
    void noStreamIsWritableWhileTheConnectionHasTooMuchToSend() {
        try (Wire wire = wire(YamuxConfig.defaults().withMemory(WINDOW, WINDOW, 1 << 20))) {
            wire.receive(Wire.syn(3), Wire.syn(5));
            StreamRecorder idle = wire.accepted(1);
            StreamRecorder full = wire.accepted(2);
            full.send(new byte[WINDOW]); // goes out
            for (int i = 0; i < 16; i++) {
                full.send(new byte[1 << 16]);
            }
            wire.channel.runPendingTasks();
            assertThat(idle.stream().isWritable()).isFalse();
            wire.receive(Wire.syn(7));
            assertThat(wire.accepted(3).stream().isWritable()).as("a new one").isFalse();
            wire.receive(Wire.credit(5, 1 << 18));
            assertThat(idle.stream().isWritable()).as("three quarters wait").isFalse();
            idle.writable.clear();
            wire.receive(Wire.credit(5, 1 << 18), Wire.credit(5, 1 << 16)); // Netty counts more than the bytes
            assertThat(idle.writable).as("told once half is sent").containsExactly(true);
            assertThat(wire.accepted(3).stream().isWritable()).isTrue();
            assertThat(full.stream().isWritable()).as("it has too much itself").isFalse();
            full.stream().reset();
        }
    }

    @Test
    void whatWaitsToBeSentIsBoundedForTheConnection() {
        try (Wire wire = wire(YamuxConfig.defaults().withMemory(WINDOW, WINDOW, 1 << 20))) {
            List<StreamRecorder> openers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                wire.receive(Wire.syn(3 + 2 * i));
                openers.add(wire.accepted(1 + i));
            }
            openers.forEach(s -> s.send(new byte[WINDOW])); // no more credit for any
            openers.forEach(s -> s.send(new byte[WINDOW]));
            assertThat(openers.get(7).send(new byte[1]).cause())
                    .hasMessageContaining("on all streams of the connection");
            openers.forEach(s -> s.stream().reset());
            wire.receive(Wire.syn(101));
            assertThat(wire.accepted(9).send(new byte[1]).isSuccess())
                    .as("what was reset waits no more")
                    .isTrue();
            assertUndisturbed(wire);
        }
    }
}
