package dev.flotilla.raft.swarm;

import static dev.flotilla.raft.swarm.Swarm.awaitTrue;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Envelope;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.MessageCodec;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.Outbound;
import dev.flotilla.transport.PeerTransport;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody who knows a peer id and a genesis id, and nothing else. */
@Timeout(120)
final class StrangerTest {
    private static final StoreId STORE = new StoreId(Bytes.wrap(new byte[StoreId.SIZE_BYTES]));
    private static final GenesisId NOWHERE = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));

    private final Map<GenesisId, RaftMessage> answers = new ConcurrentHashMap<>();

    @Test
    void learnsNothingOfAGroupAndMakesNone() throws Exception {
        try (Swarm swarm = Swarm.of(1)) {
            Peer peer = swarm.peers.get(0);
            GenesisId genesis = peer.group.genesis();
            Ed25519Credentials stranger = Ed25519Credentials.generate();
            try (PeerTransport transport = swarm.network.join(stranger.peerId())) {
                transport.listen(Lane.CONTROL, this::heard);
                transport.keepConnected(Set.of(peer.id()));
                Outbound outbound = transport.connect(peer.id(), Lane.CONTROL);
                for (GenesisId group : List.of(genesis, NOWHERE)) {
                    awaitTrue(() -> outbound.trySend(leads(group)));
                }
                awaitTrue(() -> answers.size() == 2);
                assertThat(answers.get(NOWHERE)).isEqualTo(answers.get(genesis)).isEqualTo(new RaftMessage.Refusal());
            }
            assertThat(peer.node.groups()).containsExactly(genesis);
        }
    }

    /** As if the sender led that group, in a later term. */
    private static Bytes leads(GenesisId group) {
        RaftMessage message = new RaftMessage.Heartbeat(99, 1, 1, 0);
        return MessageCodec.encode(
                new Envelope(STORE, 1, FeatureLevel.NEWEST, List.of(new Envelope.Addressed(group, message))));
    }

    private void heard(Frame frame) {
        try {
            MessageCodec.decode(frame.payload())
                    .messages()
                    .forEach(addressed -> answers.put(addressed.genesis(), addressed.message()));
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }
}
