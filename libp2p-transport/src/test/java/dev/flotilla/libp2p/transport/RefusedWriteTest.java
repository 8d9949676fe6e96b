package dev.flotilla.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.NoLeaks;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A connection that has too much to send refuses writes: a stream never goes on with something missing. */
@ExtendWith(NoLeaks.class)
class RefusedWriteTest {
    private final AtomicInteger writesLeft = new AtomicInteger();
    private final AtomicInteger resets = new AtomicInteger();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (writesLeft.getAndDecrement() > 0) {
                ctx.write(message, promise);
            } else {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IOException("write refused"));
            }
        }
    });
    private final Stream stream = proxy(Stream.class, (proxy, method, arguments) -> switch (method.getName()) {
        case "channel" -> proxy(DuplexChannel.class, (self, call, given) -> call.invoke(channel(), given));
        case "isOpen" -> channel().isOpen();
        case "closed" -> new CompletableFuture<Void>();
        case "write" -> CompletableFuture.failedFuture(new IOException("write refused"));
        case "handOver" -> channel().pipeline().addLast((ChannelHandler[]) arguments[1]);
        case "reset" -> {
            resets.incrementAndGet();
            yield channel().close();
        }
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> 1;
        default -> throw new AssertionError("not expected: " + method);
    });

    private EmbeddedChannel channel() {
        return channel;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, call, given) -> {
            Object answer = answers.invoke(self, call, given);
            return call.getReturnType() == void.class ? null : answer;
        }));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(String frame) {
        FrameQueue queue = new FrameQueue(1000);
        queue.open();
        assertThat(queue.offer(Bytes.utf8(frame))).isTrue();
        FrameStream frames = new FrameStream(stream, queue, new TransportCounters(), () -> {});
        frames.start(Lane.CONTROL);
        channel.runPendingTasks();
    }

    @Test
    void whatIsTakenGoesOut() {
        writesLeft.set(2);
        send("a frame");
        assertThat(resets).hasValue(0);
        assertThat(channel.outboundMessages()).hasSize(2);
    }

    @Test
    void aFrameStreamWithoutItsLaneEnds() {
        send("a frame");
        assertThat(resets).hasValue(1);
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void aFrameStreamThatLacksAFrameEnds() {
        writesLeft.set(1);
        send("a frame");
        assertThat(resets).hasPositiveValue();
    }

    @Test
    void aByteStreamWithoutItsLaneEnds() {
        Host host = proxy(Host.class, (proxy, method, arguments) -> CompletableFuture.completedFuture(stream));
        ControlThread control = new ControlThread();
        try {
            new ByteStreams(host, control, new TransportCounters())
                    .open(PrivateKey.generate().peerId(), Lane.SNAPSHOT);
            assertThat(resets).hasValue(1);
        } finally {
            control.close(() -> {});
        }
    }
}
