package dev.flotilla.raft.message;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.raft.message.proto.ProtoCommand;
import dev.flotilla.raft.message.proto.ProtoNumbered;
import dev.flotilla.raft.message.proto.ProtoRequestId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;

/**
 * The wire form of {@code ProtoCommand}, without the objects that generated code makes on the way: every member decodes
 * every command once, and the leader encodes it, so that this is a good part of what a write costs. What {@link
 * ProtoCommand} itself reads and writes is the same, which a test holds it to.
 */
final class CommandCodec {
    private static final int FIXED64 = 1;
    private static final int VARINT = 0;

    private static final int ORIGIN = tag(ProtoCommand.ORIGIN_FIELD_NUMBER, Fields.LENGTH_DELIMITED);
    private static final int REQUEST = tag(ProtoCommand.REQUEST_FIELD_NUMBER, Fields.LENGTH_DELIMITED);
    private static final int DATA = tag(ProtoCommand.DATA_FIELD_NUMBER, Fields.LENGTH_DELIMITED);
    private static final int OPENS_SESSION = tag(ProtoCommand.OPENS_SESSION_FIELD_NUMBER, Fields.LENGTH_DELIMITED);
    private static final int NUMBERED = tag(ProtoCommand.NUMBERED_FIELD_NUMBER, Fields.LENGTH_DELIMITED);
    private static final int INCARNATION = tag(ProtoRequestId.INCARNATION_FIELD_NUMBER, FIXED64);
    private static final int NUMBER = tag(ProtoRequestId.NUMBER_FIELD_NUMBER, VARINT);
    private static final int SESSION = tag(ProtoNumbered.SESSION_FIELD_NUMBER, VARINT);
    private static final int SEQUENCE = tag(ProtoNumbered.SEQUENCE_FIELD_NUMBER, VARINT);
    private static final int LOWEST_UNANSWERED = tag(ProtoNumbered.LOWEST_UNANSWERED_FIELD_NUMBER, VARINT);

    private CommandCodec() {}

    private static int tag(int field, int type) {
        return field << 3 | type;
    }

    // ---- encoding

    static Bytes encode(Command command) {
        byte[] origin = command.origin().toBytes();
        int requestSize = size(command.request());
        int size = CodedOutputStream.computeByteArraySize(ProtoCommand.ORIGIN_FIELD_NUMBER, origin)
                + Fields.sizeOf(requestSize)
                + sizeOfData(command.data().size())
                + sizeOf(command.inSession());
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeByteArray(ProtoCommand.ORIGIN_FIELD_NUMBER, origin);
            write(command.request(), requestSize, out);
            if (!command.data().isEmpty()) {
                out.writeByteBuffer(
                        ProtoCommand.DATA_FIELD_NUMBER, command.data().asByteBuffer());
            }
            write(command.inSession(), out);
        } catch (IOException e) {
            throw new AssertionError("an array of " + size + " bytes was too small for " + command, e);
        }
        out.checkNoSpaceLeft();
        return Bytes.wrap(bytes);
    }

    private static int sizeOfData(int contentSize) {
        return contentSize == 0 ? 0 : Fields.sizeOf(contentSize);
    }

    private static int size(RequestId request) {
        return (request.incarnation() == 0 ? 0 : 1 + Long.BYTES) + Fields.sizeOfNumber(request.number());
    }

    private static int size(InSession.Numbered numbered) {
        return Fields.sizeOfNumber(numbered.session())
                + Fields.sizeOfNumber(numbered.sequence())
                + Fields.sizeOfNumber(numbered.lowestUnanswered());
    }

    private static int sizeOf(InSession inSession) {
        if (inSession instanceof InSession.Numbered numbered) {
            return Fields.sizeOf(size(numbered));
        }
        return inSession instanceof InSession.Opening ? Fields.sizeOf(0) : 0;
    }

    private static void write(RequestId request, int size, CodedOutputStream out) throws IOException {
        Fields.begin(ProtoCommand.REQUEST_FIELD_NUMBER, size, out);
        if (request.incarnation() != 0) {
            out.writeFixed64(ProtoRequestId.INCARNATION_FIELD_NUMBER, request.incarnation());
        }
        Fields.writeNumber(ProtoRequestId.NUMBER_FIELD_NUMBER, request.number(), out);
    }

    private static void write(InSession inSession, CodedOutputStream out) throws IOException {
        if (inSession instanceof InSession.Opening) {
            Fields.begin(ProtoCommand.OPENS_SESSION_FIELD_NUMBER, 0, out);
        } else if (inSession instanceof InSession.Numbered numbered) {
            Fields.begin(ProtoCommand.NUMBERED_FIELD_NUMBER, size(numbered), out);
            Fields.writeNumber(ProtoNumbered.SESSION_FIELD_NUMBER, numbered.session(), out);
            Fields.writeNumber(ProtoNumbered.SEQUENCE_FIELD_NUMBER, numbered.sequence(), out);
            Fields.writeNumber(ProtoNumbered.LOWEST_UNANSWERED_FIELD_NUMBER, numbered.lowestUnanswered(), out);
        }
    }

    // ---- decoding

    static Command decode(Bytes payload) throws MalformedMessageException {
        byte[] bytes = payload.toByteArray();
        try {
            return new Decoding(bytes).command();
        } catch (IOException | IllegalArgumentException e) {
            throw Wire.malformed("a command", payload, e);
        }
    }

    /** One that is being read. Of what comes twice the last counts, field by field, as everywhere in protobuf. */
    private static final class Decoding {
        private final byte[] bytes;
        private final CodedInputStream in;
        private byte[] origin = new byte[0];
        private Bytes data = Bytes.EMPTY;
        private long incarnation;
        private long number;
        private boolean opens;
        private boolean isNumbered;
        private long session;
        private long sequence;
        private long lowestUnanswered;

        Decoding(byte[] bytes) {
            this.bytes = bytes;
            this.in = CodedInputStream.newInstance(bytes);
        }

        Command command() throws IOException {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == ORIGIN) {
                    origin = in.readByteArray();
                } else if (tag == REQUEST) {
                    message(this::requestField);
                } else if (tag == DATA) {
                    data = slice();
                } else if (tag == OPENS_SESSION) {
                    message(this::skip);
                    opens = true;
                    isNumbered = false;
                } else if (tag == NUMBERED) {
                    opens = false;
                    isNumbered = true;
                    message(this::numberedField);
                } else {
                    skip(tag);
                }
            }
            RequestId request = new RequestId(incarnation, Wire.atLeastZero("request number", number));
            return new Command(PeerId.fromBytes(origin), request, inSession(), data);
        }

        private InSession inSession() {
            if (isNumbered) {
                return new InSession.Numbered(session, sequence, lowestUnanswered);
            }
            return opens ? new InSession.Opening() : new InSession.None();
        }

        private interface Field {
            void read(int tag) throws IOException;
        }

        private void message(Field field) throws IOException {
            int outer = in.pushLimit(in.readRawVarint32());
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                field.read(tag);
            }
            in.popLimit(outer);
        }

        private void requestField(int tag) throws IOException {
            if (tag == INCARNATION) {
                incarnation = in.readFixed64();
            } else if (tag == NUMBER) {
                number = in.readUInt64();
            } else {
                skip(tag);
            }
        }

        private void numberedField(int tag) throws IOException {
            if (tag == SESSION) {
                session = in.readUInt64();
            } else if (tag == SEQUENCE) {
                sequence = in.readUInt64();
            } else if (tag == LOWEST_UNANSWERED) {
                lowestUnanswered = in.readUInt64();
            } else {
                skip(tag);
            }
        }

        private Bytes slice() throws IOException {
            int size = in.readRawVarint32();
            int from = in.getTotalBytesRead();
            in.skipRawBytes(size);
            return size == 0 ? Bytes.EMPTY : Bytes.wrap(bytes).slice(from, size);
        }

        private void skip(int tag) throws IOException {
            if (!in.skipField(tag)) {
                throw new InvalidProtocolBufferException("a group ends that did not begin");
            }
        }
    }
}
