package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two sessions talk at random; what one side of a stream wrote is what the other gets, or the beginning of it. */
@ExtendWith(NoLeaks.class)
class PairFuzzTest {
    private Random random = new Random(0);

    /** Both sides of one stream, and what was written on each. */
    private static final class Link {
        final List<StreamRecorder> sides;
        final List<ByteArrayOutputStream> written = List.of(new ByteArrayOutputStream(), new ByteArrayOutputStream());
        boolean cut;

        Link(StreamRecorder opened, StreamRecorder accepted) {
            sides = List.of(opened, accepted);
        }
    }

    @Test
    void bytesArriveAsTheyWereWritten() {
        for (long seed = 0; seed < 60; seed++) {
            random = new Random(seed);
            try (YamuxPair pair = new YamuxPair(YamuxConfig.defaults(), 1 + random.nextInt(20_000))) {
                talk(pair);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void talk(YamuxPair pair) {
        List<Link> links = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            if (links.isEmpty() || random.nextInt(6) == 0) {
                StreamRecorder opened = pair.open();
                pair.pump();
                links.add(new Link(opened, pair.lastAccepted()));
            } else {
                act(links.get(random.nextInt(links.size())), random.nextInt(2));
            }
            if (random.nextInt(3) == 0) {
                pair.pump();
            }
        }
        links.forEach(this::finish);
        pair.pump();
        links.forEach(PairFuzzTest::check);
        pair.dialerChannel.advanceTimeBy(1, TimeUnit.MINUTES); // those that linger are reset
        pair.dialerChannel.runScheduledPendingTasks();
        pair.pump();
        pair.listenerChannel.advanceTimeBy(1, TimeUnit.MINUTES);
        pair.listenerChannel.runScheduledPendingTasks();
        pair.pump();
        List.of(pair.dialer, pair.listener).forEach(PairFuzzTest::assertEmpty);
    }

    private static void assertEmpty(YamuxHandler side) {
        assertThat(side.streamCount()).isZero();
        assertThat(side.session().opener().budget().granted()).isZero();
        assertThat(side.session().unread().bytes()).isZero();
        assertThat(side.session().writer().queuedBytes()).isZero();
    }

    private void act(Link link, int side) {
        StreamRecorder recorder = link.sides.get(side);
        YamuxStreamChannel stream = recorder.stream();
        switch (random.nextInt(20)) {
            case 0 -> {
                link.cut = true;
                stream.reset();
            }
            case 1 -> {
                link.cut = true;
                stream.close();
            }
            case 2 -> stream.shutdownOutput();
            case 3 -> {
                link.cut |= stream.isOpen(); // what the other side still sends is not wanted
                stream.closeAfterOutput();
            }
            case 4, 5, 6, 7 -> stream.config().setAutoRead(random.nextBoolean());
            default -> {
                if (stream.isOpen() && !stream.isOutputShutdown()) {
                    byte[] bytes = new byte[random.nextInt(1 << random.nextInt(20))];
                    random.nextBytes(bytes);
                    link.written.get(side).writeBytes(bytes);
                    recorder.send(bytes);
                }
            }
        }
    }

    private void finish(Link link) {
        for (StreamRecorder recorder : link.sides) {
            recorder.stream().config().setAutoRead(true);
            recorder.stream().shutdownOutput();
        }
    }

    private static void check(Link link) {
        for (int side = 0; side < 2; side++) {
            byte[] written = link.written.get(side).toByteArray();
            byte[] received = link.sides.get(1 - side).received.toByteArray();
            if (link.cut) {
                assertThat(received).isEqualTo(Arrays.copyOf(written, received.length));
            } else {
                assertThat(received).isEqualTo(written);
                assertThat(link.sides.get(1 - side).inputEnded).isTrue();
                assertThat(link.sides.get(side).stream().isOpen()).isFalse();
                assertThat(link.sides.get(side).stream().closeCause()).isNull();
            }
        }
    }
}
