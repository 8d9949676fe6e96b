package dev.flotilla.benchmark.micro;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What is measured on: a group of three voters, and commands of random bytes. The same in each run. */
final class Samples {
    static final int DATA_BYTES = 256;
    static final List<PeerId> PEERS = List.of(peer(1), peer(2), peer(3));
    static final GenesisId GENESIS = GenesisId.draw(new SplittableRandom(1));
    static final Configuration VOTERS = Configuration.of(
            PEERS.stream().map(peer -> Member.voter(peer, store(peer))).toList());
    static final long TERM = 1;
    private static final int SHA2_256 = 0x12;

    private Samples() {}

    private static PeerId peer(int number) {
        byte[] multihash = new byte[2 + 32];
        new SplittableRandom(number).nextBytes(multihash);
        multihash[0] = SHA2_256;
        multihash[1] = 32;
        return PeerId.fromBytes(multihash);
    }

    static StoreId store(PeerId peer) {
        return new StoreId(Bytes.wrap(peer.toBytes()).slice(2, StoreId.SIZE_BYTES));
    }

    /** The {@code number}th one of the first peer. */
    static Command command(long number) {
        byte[] data = new byte[DATA_BYTES];
        new SplittableRandom(number).nextBytes(data);
        return new Command(PEERS.get(0), new RequestId(1, number), Bytes.wrap(data));
    }

    /** So many commands, as entries have them. */
    static List<Bytes> payloads(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> EntryCodec.encodeCommand(command(number)))
                .toList();
    }

    /** One entry for each of {@code payloads}, from {@code firstIndex} on. */
    static List<Entry> entries(long firstIndex, List<Bytes> payloads) {
        return IntStream.range(0, payloads.size())
                .mapToObj(i -> new Entry(new EntryId(TERM, firstIndex + i), Entry.Kind.COMMAND, payloads.get(i)))
                .toList();
    }
}
