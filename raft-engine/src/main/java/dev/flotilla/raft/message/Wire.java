package dev.flotilla.raft.message;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.flotilla.raft.message.proto.ProtoEntryId;
import dev.flotilla.raft.message.proto.ProtoRequestId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What all codecs share: bytes without needless copies, the small values, range checks. A value that is out of its
 * range is an {@link IllegalArgumentException} in here, which {@link #decode} turns into the checked exception of the
 * codecs, the only one that leaves them.
 */
final class Wire {
    /** Large enough for an RSA key of 8192 bits and its signature. */
    static final int SIGNATURE_BYTES_MAX = 4096;

    private static final int REASON_LENGTH_MAX = 300;

    private Wire() {}

    /** The bytes of {@code message} after {@code prefixBytes} unset ones. */
    static byte[] encode(Message message, int prefixBytes) {
        int size = message.getSerializedSize();
        byte[] bytes = new byte[prefixBytes + size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, prefixBytes, size);
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new AssertionError("an array of " + size + " bytes was too small for " + size + " bytes", e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    static Bytes encode(Message message) {
        return Bytes.wrap(encode(message, 0));
    }

    /**
     * Reads {@code bytes} as a message and turns it into a value whose byte fields share one copy of {@code bytes}.
     *
     * @param what for the exception's message, for example "a command"
     */
    static <P extends Message, R> R decode(String what, Bytes bytes, Parser<P> parser, Function<P, R> toValue)
            throws MalformedMessageException {
        try {
            CodedInputStream in =
                    UnsafeByteOperations.unsafeWrap(bytes.toByteArray()).newCodedInput();
            in.enableAliasing(true);
            P parsed = DiscardUnknownFieldsParser.wrap(parser).parseFrom(in);
            in.checkLastTagWas(0);
            return toValue.apply(parsed);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw malformed(what, bytes, e);
        }
    }

    /** That {@code bytes} are not {@code what}. */
    static MalformedMessageException malformed(String what, Bytes bytes, Exception cause) {
        return new MalformedMessageException("not " + what + " (" + bytes + "): " + printable(cause), cause);
    }

    /** One line of bounded length, since the cause may quote what a stranger sent. */
    private static String printable(Exception cause) {
        String line = String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}", "?");
        return line.length() <= REASON_LENGTH_MAX ? line : line.substring(0, REASON_LENGTH_MAX) + "...";
    }

    /** A copy: a buffer that cannot be written to shows no array. What is sent most does without ({@link AddressedWriter}). */
    static ByteString toProto(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer());
    }

    /** A view, not a copy: keeps the memory of the whole frame. */
    static Bytes fromProto(ByteString bytes) {
        if (bytes.isEmpty()) {
            return Bytes.EMPTY;
        }
        BytesOutput output = new BytesOutput();
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, output);
        } catch (IOException e) {
            throw new AssertionError("memory failed", e);
        }
        return output.result;
    }

    static ByteString toProto(PeerId peerId) {
        return UnsafeByteOperations.unsafeWrap(peerId.toBytes());
    }

    static PeerId peerId(ByteString bytes) {
        return PeerId.fromBytes(bytes.toByteArray());
    }

    static ByteString toProto(StoreId storeId) {
        return toProto(storeId.value());
    }

    static StoreId storeId(ByteString bytes) {
        return new StoreId(Bytes.wrap(bytes.toByteArray()));
    }

    static ByteString toProto(GenesisId genesis) {
        return toProto(genesis.value());
    }

    static GenesisId genesis(ByteString bytes) {
        return new GenesisId(Bytes.wrap(bytes.toByteArray()));
    }

    static ProtoEntryId toProto(EntryId id) {
        return ProtoEntryId.newBuilder().setTerm(id.term()).setIndex(id.index()).build();
    }

    static EntryId entryId(ProtoEntryId proto) {
        return new EntryId(proto.getTerm(), proto.getIndex());
    }

    static ProtoRequestId toProto(RequestId id) {
        return ProtoRequestId.newBuilder()
                .setIncarnation(id.incarnation())
                .setNumber(id.number())
                .build();
    }

    static RequestId requestId(ProtoRequestId proto) {
        return new RequestId(proto.getIncarnation(), atLeastZero("request number", proto.getNumber()));
    }

    static Bytes signature(ByteString bytes) {
        atMost("bytes of signature", bytes.size(), SIGNATURE_BYTES_MAX);
        return Bytes.wrap(bytes.toByteArray());
    }

    /** 0 stands for the first: who states none knows of no other. */
    static int featureLevel(int value) {
        if (value < 0 || value > FeatureLevel.MAX) {
            throw new IllegalArgumentException("no feature level: " + Integer.toUnsignedString(value));
        }
        return Math.max(value, FeatureLevel.FIRST);
    }

    static long atLeastZero(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    what + " " + Long.toUnsignedString(value) + " is larger than " + Long.MAX_VALUE);
        }
        return value;
    }

    static long term(long value) {
        if (value < 0 || value > HardState.TERM_MAX) {
            throw new IllegalArgumentException("term " + Long.toUnsignedString(value) + " is larger than the last that"
                    + " there may be, " + HardState.TERM_MAX);
        }
        return value;
    }

    static void atMost(String what, int count, int max) {
        if (count > max) {
            throw new IllegalArgumentException("at most " + max + " " + what + " are allowed, got " + count);
        }
    }

    static <P, R> List<R> map(List<P> list, Function<P, R> mapping) {
        return list.stream().map(mapping).toList();
    }

    /** Takes the one array behind a byte string. */
    private static final class BytesOutput extends ByteOutput {
        private Bytes result = Bytes.EMPTY;

        @Override
        public void write(byte value) {
            write(new byte[] {value}, 0, 1);
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            writeLazy(Arrays.copyOfRange(value, offset, offset + length), 0, length);
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            if (!result.isEmpty()) {
                throw new AssertionError("a parsed byte string lies in more than one array");
            }
            result = Bytes.wrap(value).slice(offset, length);
        }

        @Override
        public void write(ByteBuffer value) {
            writeLazy(value);
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            byte[] copy = new byte[value.remaining()];
            value.get(copy);
            writeLazy(copy, 0, copy.length);
        }
    }
}
