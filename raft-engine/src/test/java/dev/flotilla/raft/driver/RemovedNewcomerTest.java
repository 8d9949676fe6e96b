package dev.flotilla.raft.driver;

import static dev.flotilla.raft.driver.Substitutes.peer;
import static dev.flotilla.raft.driver.Substitutes.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A newcomer that was let in, and removed before it heard a leader, learns of it. */
class RemovedNewcomerTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId CONTACT = peer(2);
    private static final String REMOVED = "this peer was removed since it used the ticket";

    private final InMemoryNetwork network = new InMemoryNetwork();
    private boolean wasLetIn;

    @Test
    void newcomerThatWasLetInAndRemovedIsToldSo() throws Exception {
        try (PeerTransport contact = network.join(CONTACT);
                PeerTransport transport = network.join(SELF);
                NodeDriver node = NodeDriver.start(
                        transport,
                        new Substitutes.Credentials(SELF),
                        new InMemoryLogStorage(),
                        new InMemorySnapshotStore(),
                        NodeSettings.defaults().withJoinRetryDelay(Duration.ofMillis(20)))) {
            contact.listen(Lane.CONTROL, frame -> onFrame(contact, frame));
            contact.keepConnected(Set.of(SELF));

            Outcome<Void> outcome = node.join(
                            Substitutes.ticket(CONTACT), new Substitutes.Nothing(), RaftConfig.defaults())
                    .joined()
                    .get(30, TimeUnit.SECONDS);

            assertThat(outcome).isEqualTo(new Outcome.Rejected<>(Outcome.Reason.REFUSED, REMOVED));
        }
    }

    /** Lets the newcomer in, then says nothing until it asks again: it was removed meanwhile. */
    private void onFrame(PeerTransport contact, Frame frame) {
        for (RaftMessage message : Substitutes.messages(frame)) {
            if (message instanceof RaftMessage.JoinRequest join) {
                Result result = wasLetIn ? new Result.Refused(Result.Reason.NOT_ALLOWED, REMOVED) : new Result.Done();
                wasLetIn = true;
                send(contact, SELF, new RaftMessage.Answer(join.number(), result));
            }
        }
    }
}
