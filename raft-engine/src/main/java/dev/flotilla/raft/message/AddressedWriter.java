package dev.flotilla.raft.message;

import com.google.protobuf.CodedOutputStream;
import dev.flotilla.raft.message.proto.ProtoAddressed;
import java.io.IOException;

/** Writes one {@code ProtoAddressed}. */
interface AddressedWriter {
    /** In bytes, without tag and length. */
    int size();

    void writeTo(CodedOutputStream out) throws IOException;

    static AddressedWriter of(Envelope.Addressed addressed) {
        return addressed.message() instanceof RaftMessage.AppendEntries append
                ? new AppendEntriesWriter(addressed.genesis(), append)
                : new Generated(MessageEncoder.toProto(addressed));
    }

    /** By generated code. */
    record Generated(ProtoAddressed proto) implements AddressedWriter {
        @Override
        public int size() {
            return proto.getSerializedSize();
        }

        @Override
        public void writeTo(CodedOutputStream out) throws IOException {
            proto.writeTo(out);
        }
    }
}
