package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Lane;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An inbound frame stream in one thread whose time is the test's. */
@ExtendWith(NoLeaks.class)
class FrameHandlerTest {
    private static final long TIMEOUT_MILLIS = LaneName.TIMEOUT.toMillis();

    private final PrivateKey peer = PrivateKey.generate();
    private final AtomicInteger resets = new AtomicInteger();
    private final FrameReceivers receivers = new FrameReceivers(TransportConfig.defaults(), new TransportCounters());
    private final EmbeddedChannel channel = new EmbeddedChannel();

    FrameHandlerTest() {
        channel.freezeTime();
        receivers.listen(Lane.CONTROL, frame -> {});
        channel.pipeline().addLast(new FrameHandler(receivers, stream(), 1000));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private Stream stream() {
        return (Stream) Proxy.newProxyInstance(
                Stream.class.getClassLoader(),
                new Class<?>[] {Stream.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "reset" -> resets.incrementAndGet() > 0 ? null : proxy;
                    case "closed" -> new CompletableFuture<Void>();
                    case "remotePeerId" -> peer.peerId();
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> 1;
                    default -> throw new AssertionError("not expected: " + method);
                });
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void aStreamThatNamesNoLaneIsNotKept() {
        channel.writeInbound(Unpooled.wrappedBuffer(LaneName.message(Lane.CONTROL), 0, 3));
        pass(TIMEOUT_MILLIS - 1);
        assertThat(resets).hasValue(0);
        pass(1);
        assertThat(resets).hasValue(1);
    }

    @Test
    void aStreamThatHasNamedItsLaneMayBeSilent() {
        channel.writeInbound(Unpooled.wrappedBuffer(LaneName.message(Lane.CONTROL)));
        pass(10 * TIMEOUT_MILLIS);
        assertThat(resets).hasValue(0);
    }
}
