package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Identities that are the same in each run and readable: {@code n1} is a peer, {@code n1#2} its second data directory. */
public final class Names {
    public static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    private static final int HEADER_BYTES = 2;

    private Names() {}

    /** The peer of that name, at most 14 letters: an identity multihash of the name. */
    public static PeerId peer(String name) {
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        byte[] multihash = new byte[HEADER_BYTES + letters.length];
        multihash[1] = (byte) letters.length;
        System.arraycopy(letters, 0, multihash, HEADER_BYTES, letters.length);
        return PeerId.fromBytes(multihash);
    }

    /** The name that {@link #peer} made {@code peerId} of. */
    public static String of(PeerId peerId) {
        byte[] multihash = peerId.toBytes();
        return new String(multihash, HEADER_BYTES, multihash.length - HEADER_BYTES, StandardCharsets.US_ASCII);
    }

    /** The data directory that {@code peerId} made when it had made {@code generation - 1} before. */
    public static StoreId store(PeerId peerId, int generation) {
        byte[] value = Arrays.copyOf(of(peerId).getBytes(StandardCharsets.US_ASCII), StoreId.SIZE_BYTES);
        value[StoreId.SIZE_BYTES - 1] = (byte) generation;
        return new StoreId(Bytes.wrap(value));
    }

    /** Which of its owner's data directories it is, from 1. */
    public static int generation(StoreId storeId) {
        return storeId.value().at(StoreId.SIZE_BYTES - 1);
    }
}
