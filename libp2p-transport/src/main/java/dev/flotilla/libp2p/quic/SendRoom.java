package dev.flotilla.libp2p.quic;

import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * How much of a stream's bytes may leave now, by the congestion window and by what the peer takes. Netty asks quiche for it
 * (QuicheQuicChannel.streamCapacity) and tells what it was at the stream's last write only, so it is called past its
 * access; where that is not allowed, or Netty has it no more, there seems to be room always.
 */
final class SendRoom {
    private static final @Nullable MethodHandle CAPACITY = capacity();

    private SendRoom() {}

    private static @Nullable MethodHandle capacity() {
        try {
            Method capacity = Class.forName("io.netty.handler.codec.quic.QuicheQuicChannel")
                    .getDeclaredMethod("streamCapacity", long.class);
            capacity.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflect(capacity)
                    .asType(MethodType.methodType(long.class, Channel.class, long.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Whether {@link #bytes} is what QUIC says. */
    static boolean isKnown() {
        return CAPACITY != null;
    }

    /** Of an open stream; on its event loop. Much for one that the peer has stopped. */
    static long bytes(QuicStreamChannel stream) {
        if (CAPACITY == null) {
            return Long.MAX_VALUE;
        }
        try {
            long capacity = (long) CAPACITY.invokeExact((Channel) stream.parent(), stream.streamId());
            return capacity < 0 ? Long.MAX_VALUE : capacity;
        } catch (Throwable e) {
            return Long.MAX_VALUE;
        }
    }
}
