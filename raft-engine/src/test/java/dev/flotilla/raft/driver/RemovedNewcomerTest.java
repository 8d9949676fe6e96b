package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A newcomer that was let in, and removed before it heard a leader, learns of it. */
class RemovedNewcomerTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId CONTACT = peer(2);
    private static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    private static final Ticket TICKET = new Ticket(
            "community",
            GENESIS,
            Member.Role.VOTER,
            Long.MAX_VALUE,
            Bytes.wrap(new byte[Ticket.NONCE_BYTES]),
            List.of(new Ticket.Contact(CONTACT, List.of())),
            CONTACT,
            Bytes.EMPTY);
    private static final String REMOVED = "this peer was removed since it used the ticket";

    private final InMemoryNetwork network = new InMemoryNetwork();
    private boolean wasLetIn;

    private static PeerId peer(int number) {
        byte[] multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 32;
        multihash[2] = (byte) number;
        return PeerId.fromBytes(multihash);
    }

    @Test
    void newcomerThatWasLetInAndRemovedIsToldSo() throws Exception {
        try (PeerTransport contact = network.join(CONTACT);
                PeerTransport transport = network.join(SELF);
                NodeDriver node = NodeDriver.start(
                        transport,
                        new Credentials(),
                        new InMemoryLogStorage(),
                        new InMemorySnapshotStore(),
                        NodeSettings.defaults().withJoinRetryDelay(Duration.ofMillis(20)))) {
            contact.listen(Lane.CONTROL, frame -> onFrame(contact, frame));
            contact.keepConnected(Set.of(SELF));

            Outcome<Void> outcome = node.join(TICKET, new Nothing(), RaftConfig.defaults())
                    .joined()
                    .get(30, TimeUnit.SECONDS);

            assertThat(outcome).isEqualTo(new Outcome.Rejected<>(Outcome.Reason.REFUSED, REMOVED));
        }
    }

    /** Lets the newcomer in, then says nothing until it asks again: it was removed meanwhile. */
    private void onFrame(PeerTransport contact, Frame frame) {
        try {
            for (Envelope.Addressed each : MessageCodec.decode(frame.payload()).messages()) {
                if (each.message() instanceof RaftMessage.JoinRequest join) {
                    Result result =
                            wasLetIn ? new Result.Refused(Result.Reason.NOT_ALLOWED, REMOVED) : new Result.Done();
                    wasLetIn = true;
                    send(contact, new RaftMessage.Answer(join.number(), result));
                }
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(PeerTransport contact, RaftMessage message) {
        StoreId storeId = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
        Envelope envelope =
                new Envelope(storeId, 1, FeatureLevel.NEWEST, List.of(new Envelope.Addressed(GENESIS, message)));
        contact.connect(SELF, Lane.CONTROL).trySend(MessageCodec.encode(envelope));
    }

    private record Credentials() implements PeerCredentials {
        @Override
        public PeerId peerId() {
            return SELF;
        }

        @Override
        public Bytes sign(Bytes payload) {
            return Bytes.EMPTY;
        }

        @Override
        public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
            return true;
        }
    }

    private static final class Nothing implements StateMachine<String> {
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
            // has no state
        }
    }
}
