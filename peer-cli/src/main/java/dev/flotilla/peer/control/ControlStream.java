package dev.flotilla.peer.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.peer.community.Json;
import dev.flotilla.transport.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One end of a control stream. Blocks, so never on a host's thread; one thread sends and one receives. */
final class ControlStream implements AutoCloseable {
    static final ProtocolId PROTOCOL = new ProtocolId("/flotilla/control/1.0.0");

    private final Stream stream;
    private final MessageReader reader = new MessageReader();

    ControlStream(Stream stream) {
        this.stream = stream;
    }

    /** Sends one message and waits until the connection has taken it. */
    void send(JsonNode message) throws IOException {
        Bytes json = Json.bytes(message);
        if (json.size() > MessageReader.MESSAGE_BYTES_MAX) {
            throw new IOException("a control message of " + json.size() + " bytes is too large");
        }
        await(stream.write(framed(json)));
    }

    /** A message as it goes over the stream. */
    static byte[] framed(Bytes json) {
        byte[] framed = new byte[MessageReader.LENGTH_BYTES + json.size()];
        ByteBuffer.wrap(framed).putInt(json.size());
        json.copyTo(framed, MessageReader.LENGTH_BYTES);
        return framed;
    }

    /** The next message, or null if the other side has finished. */
    @Nullable
    JsonNode receive() throws IOException {
        for (; ; ) {
            Bytes message = reader.next();
            if (message != null) {
                return parse(message);
            }
            ByteBuf piece = await(stream.read());
            if (piece == null) {
                if (!reader.isEmpty()) {
                    throw new IOException("the control stream ended within a message");
                }
                return null;
            }
            try {
                reader.add(Bytes.copyOf(piece.nioBuffer()));
            } finally {
                piece.release();
            }
        }
    }

    private static JsonNode parse(Bytes message) throws IOException {
        try {
            return Json.parse(message);
        } catch (IllegalArgumentException e) {
            throw new IOException("a control message is " + e.getMessage(), e);
        }
    }

    private static <T extends @Nullable Object> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    /** Completes when the stream is gone. */
    CompletableFuture<Void> closed() {
        return stream.closed();
    }

    /** No more will be sent. */
    void finish() {
        stream.finish();
    }

    @Override
    public void close() {
        stream.close();
    }
}
