package dev.flotilla.raft.driver;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;

/** What a test puts in the place of other peers, of keys and of an application. */
final class Substitutes {
    static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    static final StoreId STORE = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES])); // of peers that a test plays

    private Substitutes() {}

    static PeerId peer(int number) {
        byte[] multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 32;
        multihash[2] = (byte) number;
        return PeerId.fromBytes(multihash);
    }

    /** Names {@code contact}, which issued it too. */
    static Ticket ticket(PeerId contact) {
        return new Ticket(
                "community",
                GENESIS,
                Member.Role.VOTER,
                Long.MAX_VALUE,
                Bytes.wrap(new byte[Ticket.NONCE_BYTES]),
                List.of(new Ticket.Contact(contact, List.of())),
                contact,
                Bytes.EMPTY);
    }

    static void send(PeerTransport from, PeerId to, RaftMessage message) {
        Envelope envelope =
                new Envelope(STORE, 1, FeatureLevel.NEWEST, List.of(new Envelope.Addressed(GENESIS, message)));
        from.connect(to, Lane.CONTROL).trySend(MessageCodec.encode(envelope));
    }

    static List<RaftMessage> messages(Frame frame) {
        try {
            return MessageCodec.decode(frame.payload()).messages().stream()
                    .map(Envelope.Addressed::message)
                    .toList();
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** Believes every signature. */
    record Credentials(PeerId peerId) implements PeerCredentials {
        @Override
        public Bytes sign(Bytes payload) {
            return Bytes.EMPTY;
        }

        @Override
        public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
            return true;
        }
    }

    /** Has no state. */
    static final class Nothing implements StateMachine<String> {
        @Override
        public List<String> apply(List<Committed> batch) {
            return Collections.nCopies(batch.size(), "");
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            return out -> {};
        }

        @Override
        public void restore(long index, InputStream in) {
            // nothing
        }
    }
}
