package dev.flotilla.interop;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamOptions;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The protocols that all peers of these tests answer. */
final class InteropProtocols implements HostService {
    /** Sends back what comes. */
    static final ProtocolId ECHO = new ProtocolId("/echo/1.0.0");

    /** Reads to the end, then answers with the SHA-256 of all. */
    static final ProtocolId SHA256 = new ProtocolId("/flotilla/interop/sha256/1.0.0");

    /** Resets the stream as soon as something has come. */
    static final ProtocolId RESET = new ProtocolId("/flotilla/interop/reset/1.0.0");

    /** All of them run over limited connections, too. */
    static final StreamOptions LIMITED_TOO = StreamOptions.defaults().withLimitedAllowed();

    private final AtomicInteger resets = new AtomicInteger();

    @Override
    public void attach(Host host) {
        host.handle(ECHO, this::echo, LIMITED_TOO);
        host.handle(SHA256, InteropProtocols::sha256, LIMITED_TOO);
        host.handle(RESET, InteropProtocols::resetOnArrival, LIMITED_TOO);
    }

    /** How many streams to {@link #ECHO} failed. */
    int resets() {
        return resets.get();
    }

    private void echo(Stream stream) {
        CompletableFuture<ByteBuf> unused = stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                fail(stream);
            } else if (bytes == null) {
                stream.close();
            } else {
                send(stream, bytes);
            }
        });
    }

    private void send(Stream stream, ByteBuf bytes) {
        CompletableFuture<Void> unused = stream.write(bytes).whenComplete((written, failure) -> {
            if (failure == null) {
                echo(stream);
            } else {
                fail(stream);
            }
        });
    }

    private void fail(Stream stream) {
        resets.incrementAndGet();
        stream.reset();
    }

    private static void resetOnArrival(Stream stream) {
        CompletableFuture<Boolean> unused =
                new Digest().readSome(stream).whenComplete((done, failure) -> stream.reset());
    }

    private static void sha256(Stream stream) {
        Digest digest = new Digest();
        CompletableFuture<Void> unused = digest.readAll(stream)
                .thenCompose(done -> stream.write(digest.end()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        stream.reset();
                    } else {
                        stream.close();
                    }
                });
    }
}
