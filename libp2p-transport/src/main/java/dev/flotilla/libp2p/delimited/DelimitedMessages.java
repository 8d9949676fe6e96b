package dev.flotilla.libp2p.delimited;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads and writes single messages. What came behind a message stays in the stream, for whoever reads next. */
public final class DelimitedMessages {
    private DelimitedMessages() {}

    /** Sends {@code message} behind its length. */
    public static CompletableFuture<Void> write(Stream stream, MessageLite message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.getSerializedSize() + 2);
        try {
            message.writeDelimitedTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return stream.write(out.toByteArray());
    }

    /**
     * The next message, of at most {@code bytesMax} bytes. Fails with a {@link MalformedMessageException} if what comes
     * is none, and with another {@link IOException} if the stream ends before. It has no time limit of its own.
     */
    public static <M> CompletableFuture<M> read(Stream stream, Parser<M> parser, int bytesMax) {
        return read(stream, new Assembler(bytesMax)).thenCompose(message -> parse(parser, message));
    }

    private static <M> CompletableFuture<M> parse(Parser<M> parser, byte[] message) {
        try {
            return CompletableFuture.completedFuture(parser.parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(new MalformedMessageException(String.valueOf(e.getMessage())));
        }
    }

    private static CompletableFuture<byte[]> read(Stream stream, Assembler assembler) {
        return stream.read().thenCompose(bytes -> {
            if (bytes == null) {
                return CompletableFuture.failedFuture(
                        new IOException("the peer ended " + stream + " without a message"));
            }
            byte[] message;
            try {
                message = assembler.take(bytes);
            } catch (MalformedMessageException e) {
                bytes.release();
                return CompletableFuture.failedFuture(e);
            }
            if (bytes.isReadable()) {
                stream.unread(bytes);
            } else {
                bytes.release();
            }
            return message == null ? read(stream, assembler) : CompletableFuture.completedFuture(message);
        });
    }

    /** Puts one message together, however it was cut. */
    static final class Assembler {
        private final int bytesMax;
        private int length; // as far as it is known
        private int lengthBits; // that were read of the length
        private byte @Nullable [] message; // once the length is known
        private int size; // 0 <= size <= message.length

        Assembler(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        /**
         * Takes from {@code bytes} what belongs to the message, and no more.
         *
         * @return the message once it is complete, else null
         */
        byte @Nullable [] take(ByteBuf bytes) throws MalformedMessageException {
            while (message == null && bytes.isReadable()) {
                takeLength(bytes.readByte());
            }
            byte[] assembled = message;
            if (assembled == null) {
                return null;
            }
            int piece = Math.min(assembled.length - size, bytes.readableBytes());
            bytes.readBytes(assembled, size, piece);
            size += piece;
            return size == assembled.length ? assembled : null;
        }

        private void takeLength(byte next) throws MalformedMessageException {
            if (next == 0 && lengthBits > 0) {
                throw new MalformedMessageException("a length is not in its shortest form");
            }
            long longer = length | (long) (next & 0x7f) << lengthBits;
            lengthBits += 7;
            if (longer > bytesMax || (next < 0 && lengthBits > 28)) {
                throw new MalformedMessageException("a message is longer than " + bytesMax + " bytes");
            }
            length = (int) longer;
            if (next >= 0) {
                message = new byte[length];
            }
        }
    }
}
