package dev.flotilla.raft.message;

import dev.flotilla.raft.message.proto.ProtoSnapshotRequest;
import dev.flotilla.transport.Bytes;

/** Snapshot requests to bytes and back. */
public final class SnapshotRequestCodec {
    private SnapshotRequestCodec() {}

    public static Bytes encode(SnapshotRequest request) {
        return Wire.encode(ProtoSnapshotRequest.newBuilder()
                .setGenesis(Wire.toProto(request.genesis()))
                .setStoreId(Wire.toProto(request.storeId()))
                .setSnapshot(EntryCodec.toProto(request.snapshot()))
                .setOffset(request.offset())
                .setUncompressed(request.uncompressed())
                .build());
    }

    /** @throws MalformedMessageException if it breaks any rule; nothing else is thrown */
    public static SnapshotRequest decode(Bytes bytes) throws MalformedMessageException {
        return Wire.decode(
                "a request for a snapshot",
                bytes,
                ProtoSnapshotRequest.parser(),
                proto -> new SnapshotRequest(
                        Wire.genesis(proto.getGenesis()),
                        Wire.storeId(proto.getStoreId()),
                        EntryCodec.snapshot(proto.getSnapshot()),
                        proto.getOffset(),
                        proto.getUncompressed()));
    }
}
