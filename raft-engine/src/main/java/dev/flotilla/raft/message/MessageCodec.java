package dev.flotilla.raft.message;

import com.google.protobuf.CodedOutputStream;
import dev.flotilla.raft.message.proto.ProtoAddressed;
import dev.flotilla.raft.message.proto.ProtoEnvelope;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Envelopes as frames: one byte of protocol version, then protobuf (raft.proto). Everything that can be checked without
 * the receiver's state is checked here, once. Messages of a kind that this version does not know are skipped, so that
 * newer peers can talk to older ones; whatever must not be skipped takes a new {@link FeatureLevel}, which the envelope
 * states and a group agrees on. The version in front stays as it is as long as an older peer can read that much.
 */
public final class MessageCodec {
    /** The one protocol version that this code speaks. */
    public static final int VERSION = 1;

    private MessageCodec() {}

    /**
     * The frame of {@code envelope}.
     *
     * @throws IllegalArgumentException if the envelope is empty
     */
    public static Bytes encode(Envelope envelope) {
        if (envelope.messages().isEmpty() && envelope.heartbeat() == 0) {
            throw new IllegalArgumentException("an envelope holds at least one message, or is a heartbeat");
        }
        ProtoEnvelope head = ProtoEnvelope.newBuilder()
                .setStoreId(Wire.toProto(envelope.storeId()))
                .setIncarnation(envelope.incarnation())
                .setHeartbeat(envelope.heartbeat())
                .setFeatureLevel(envelope.featureLevel())
                .build();
        return Bytes.wrap(frame(head, Wire.map(envelope.messages(), AddressedWriter::of)));
    }

    /** Of protobuf's fields each may stand before any other. */
    private static byte[] frame(ProtoEnvelope head, List<AddressedWriter> messages) {
        int size = 1 + head.getSerializedSize();
        for (AddressedWriter message : messages) {
            size += Fields.sizeOf(message.size());
        }
        byte[] frame = new byte[size];
        frame[0] = VERSION;
        CodedOutputStream out = CodedOutputStream.newInstance(frame, 1, size - 1);
        try {
            head.writeTo(out);
            for (AddressedWriter message : messages) {
                Fields.begin(ProtoEnvelope.MESSAGES_FIELD_NUMBER, message.size(), out);
                message.writeTo(out);
            }
        } catch (IOException e) {
            throw new AssertionError("an array of " + size + " bytes was too small for a frame of as many", e);
        }
        out.checkNoSpaceLeft();
        return frame;
    }

    /**
     * The envelope in {@code frame}: empty if it holds nothing but messages of unknown kinds. The payloads of its entries
     * share one copy of {@code frame}.
     *
     * @throws MalformedMessageException if {@code frame} is of another version or breaks any rule; nothing else is thrown
     */
    public static Envelope decode(Bytes frame) throws MalformedMessageException {
        if (frame.isEmpty()) {
            throw new MalformedMessageException("a frame of no bytes");
        }
        int version = frame.at(0) & 0xff;
        if (version != VERSION) {
            throw new MalformedMessageException(
                    "a frame of protocol version " + version + ", while this peer speaks version " + VERSION + ": "
                            + (version > VERSION ? "this peer is too old" : "its sender is too old"));
        }
        return Wire.decode(
                "an envelope", frame.slice(1, frame.size() - 1), ProtoEnvelope.parser(), MessageCodec::envelope);
    }

    private static Envelope envelope(ProtoEnvelope proto) {
        List<Envelope.Addressed> messages = new ArrayList<>(proto.getMessagesCount());
        for (ProtoAddressed addressed : proto.getMessagesList()) {
            GenesisId genesis = Wire.genesis(addressed.getGenesis());
            RaftMessage message = MessageDecoder.message(addressed);
            if (message != null) {
                messages.add(new Envelope.Addressed(genesis, message));
            }
        }
        return new Envelope(
                Wire.storeId(proto.getStoreId()),
                proto.getIncarnation(),
                proto.getHeartbeat(),
                Wire.featureLevel(proto.getFeatureLevel()),
                messages);
    }
}
