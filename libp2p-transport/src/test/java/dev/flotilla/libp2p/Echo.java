package dev.flotilla.libp2p;

import io.netty.buffer.ByteBuf;

/** Sends back what comes, piece by piece, at the pace of who reads it. */
public final class Echo implements HostService {
    public static final ProtocolId PROTOCOL = new ProtocolId("/echo/1.0.0");

    @Override
    public void attach(Host host) {
        host.handle(PROTOCOL, Echo::next);
    }

    private static void next(Stream stream) {
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                stream.reset();
            } else if (bytes == null) {
                stream.close();
            } else {
                send(stream, bytes);
            }
        });
    }

    private static void send(Stream stream, ByteBuf bytes) {
        stream.write(bytes).whenComplete((written, failure) -> {
            if (failure == null) {
                next(stream);
            } else {
                stream.reset();
            }
        });
    }
}
